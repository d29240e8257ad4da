using System.CommandLine;
using System.CommandLine.Invocation;
using Gateway.LaneBench.Raw;
using Gateway.LaneBench.Receive;
using Gateway.LaneBench.Send;

namespace Gateway.LaneBench;

/// <summary>
/// <c>lane-bench</c>: the lane without the gateway, for commissioning a diode and for measuring. Nothing that it carries is verified by anyone, so it keeps away from
/// everything that a configured gateway owns.
/// </summary>
internal static class LaneBenchCommand
{
    public const int Done = 0;

    /// <summary>The file did not cross whole, or a precaution said no.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    public static RootCommand Create() =>
        new("Sends a file over a lane and receives it: the lane's own code without any policy, to commission a diode and to measure.")
        {
            SendCommand.Create(),
            ReceiveCommand.Create(),
            RawCommand.Create(),
        };

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        if (parsed.Action is not ParseErrorAction)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration());
        }

        foreach (var error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}");
        }

        await Console.Error.WriteLineAsync("see lane-bench --help");
        return Usage;
    }

    /// <summary>Says why not, as `gateway` does.</summary>
    public static int Refuse(string why)
    {
        Console.Error.WriteLine($"refused: {why}");
        return Refused;
    }
}
