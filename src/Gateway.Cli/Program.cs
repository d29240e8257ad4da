using Gateway.Cli;

return await GatewayCommand.RunAsync(args, CommandEnvironment.OfProcess(), CancellationToken.None);
