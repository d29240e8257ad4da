using Gateway.Hosting;
using Gateway.Low;

return await ServiceProgram.RunAsync(LowService.Name, args, (file, cancellation) => LowService.BuildAsync(file, TimeProvider.System, cancellation));
