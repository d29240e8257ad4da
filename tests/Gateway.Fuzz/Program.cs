using Gateway.Fuzz.Commands;
using Gateway.Fuzz.Guided;

Coverage.Prepare();
return await FuzzCommand.Create().Parse(args).InvokeAsync();
