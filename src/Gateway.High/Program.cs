using Gateway.High;
using Gateway.Hosting;

return await ServiceProgram.RunAsync("gateway-high", args, HighService.BuildAsync);
