using Gateway.Core;
using Gateway.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class ServiceProgramTests
{
    [Theory]
    [InlineData]
    [InlineData("--config")]
    [InlineData("file")]
    [InlineData("--config", "file", "more")]
    public async Task Anything_but_a_configuration_file_is_wrong_usage(params string[] arguments) =>
        Assert.Equal(2, await ServiceProgram.RunAsync("test", arguments, (_, _) => throw new InvalidOperationException("not reached")));

    [Fact]
    public async Task A_refused_start_ends_with_2() =>
        Assert.Equal(2, await RunAsync(_ => new Refusal(RefusalCode.ConfigurationInvalid, "listen: is missing; add it")));

    [Fact]
    public async Task A_failed_start_ends_with_4() =>
        Assert.Equal(4, await RunAsync(_ => throw new InvalidOperationException("a bug")));

    [Fact]
    public async Task A_stop_ends_with_0() =>
        Assert.Equal(0, await RunAsync(builder =>
        {
            var app = builder.Build();
            app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);
            return app;
        }));

    [Fact]
    public async Task A_stage_that_fails_stops_the_process_with_4() =>
        Assert.Equal(4, await RunAsync(builder =>
        {
            builder.Services.AddHostedService<FailingStage>();
            return builder.Build();
        }));

    private static Task<int> RunAsync(Func<WebApplicationBuilder, Outcome<WebApplication>> build) =>
        ServiceProgram.RunAsync("test", ["--config", "file"], (_, _) =>
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            return Task.FromResult(build(builder));
        });

    private sealed class FailingStage : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("the stage dies");
        }
    }
}
