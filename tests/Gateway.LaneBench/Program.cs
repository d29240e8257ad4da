using Gateway.LaneBench;

return await LaneBenchCommand.RunAsync(args);
