using Gateway.Cli;
using Gateway.Cli.Repair;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Cli.Repair;

public sealed class RepairCommandTests : IDisposable
{
    private static readonly string Code = RepairCode.Make("lane-1", LaneKey.Generate(), new([3, 4, 9], [])).Text;

    private readonly CommandLineRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_mistyped_group_is_named_before_any_service_is_asked()
    {
        var groups = Code.Split('-');
        groups[2] = (groups[2][0] == '7' ? "8" : "7") + groups[2][1..];
        Assert.Equal(ExitCode.Refused, await run.RunAsync(["repair", "apply", .. groups]));
        Assert.StartsWith($"refused: REPAIR_CODE_DAMAGED: The repair code was not copied as it was made. (group 3, \"{groups[2]}\")", run.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_taken_from_standard_input_however_it_was_typed()
    {
        var input = new StringReader(Code.ToLowerInvariant().Replace("0", "o", StringComparison.Ordinal).Replace('-', '\n'));
        var environment = new CommandEnvironment
        {
            Out = TextWriter.Null,
            Error = run.Environment.Error,
            In = input,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            InIsTerminal = false,
            Time = TimeProvider.System,
            Variable = _ => null,
        };

        // It was read and found good: what is missing is a context.
        Assert.Equal(ExitCode.Usage, await GatewayCommand.RunAsync(["repair", "apply", "-"], environment, TestContext.Current.CancellationToken));
        Assert.DoesNotContain("REPAIR_CODE", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_qr_code_is_drawn_in_half_blocks_as_wide_as_it_is_high()
    {
        QrCode.Print(run.Environment.Screen, Code);
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
        Assert.Equal(lines.Length, (lines[0].Length + 1) / 2);
        Assert.Empty(run.Out.Except("█▀▄ \n"));
    }

    [Fact]
    public void A_qr_code_of_the_longest_code_is_an_image()
    {
        var everyOther = BlockRanges.Of(Enumerable.Range(0, 5000).Select(i => new BlockRange(1000 + (2L * i), 1)));
        var longest = RepairCode.Make("lane-1", null, new RepairRequest([], [new(new string('a', 32), 1000, 1 << 20, everyOther)]).Fitting());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], QrCode.Png(longest.Text)[..4]);
    }
}
