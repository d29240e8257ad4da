using System.CommandLine;
using System.Globalization;
using System.Text;
using Gateway.Cli.Files;
using Gateway.Core.Wire;

namespace Gateway.Cli.Lanes;

/// <summary><c>gateway lane key</c>: the secret that both sides of a lane share.</summary>
internal static class LaneCommand
{
    private const string KeyDescription =
        """
        Makes a lane key, or shows the id that a key has on a lane.

        Carry the file to both machines by hand, on a medium that is destroyed or erased afterwards, never over the lane or a network. On each it belongs to the
        service's account alone (chmod 600). The low side names it as "key" of the lane, the high side in "keys".

        To change keys without losing a datagram:
          1. make the new key and carry it to both machines;
          2. high side first: "keys": ["old.key", "new.key"], then restart it;
          3. low side: "key": "new.key", then restart it;
          4. once `gateway lanes` shows the new key in use: "keys": ["new.key"] on the high side, restart it, and destroy the old key.
        """;

    public static Command Create(CommandEnvironment environment) => new("lane", "Lane keys.") { Key(environment) };

    private static Command Key(CommandEnvironment environment)
    {
        var file = new Argument<string?>("FILE") { Description = "Key file to show the id of.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--out") { Description = "Make a key and write it to this file, which must not exist.", HelpName = "FILE" };
        var lanes = new Option<string[]>("--lane") { Description = "Lane to show the key's id on; may be repeated.", DefaultValueFactory = _ => [], HelpName = "L" };
        return new Command("key", KeyDescription) { file, output, lanes, InvocationOptions.Json() }.Runs(environment, (result, _) =>
        {
            var (shown, made) = (result.GetValue(file), result.GetValue(output));
            if (shown is null == made is null)
            {
                throw CommandStop.Usage("give --out FILE to make a key, or FILE to show one");
            }

            var key = made is null ? Read(shown!) : Make(made);
            var ids = (result.GetValue(lanes) ?? []).Select(lane => new LaneKeyIdView(lane, key.IdFor(lane).ToString("x8", CultureInfo.InvariantCulture))).ToList();
            var path = Path.GetFullPath(made ?? shown!);
            if (result.WantsJson())
            {
                environment.Screen.Document(new LaneKeyView(path, ids), CliJson.Default.LaneKeyView);
            }
            else
            {
                environment.Screen.Facts(
                    [("file", path), .. ids.Select(id => ($"key id on {id.Lane}", (string?)id.KeyId)), ("key id", ids.Count == 0 ? "differs by lane: name one with --lane" : null)]);
            }

            return Task.FromResult(ExitCode.Done);
        });
    }

    private static LaneKey Make(string path)
    {
        var key = LaneKey.Generate();
        try
        {
            PrivateFile.Create(path, key.ToText());
        }
        catch (IOException) when (File.Exists(path))
        {
            throw CommandStop.Usage($"{path} exists: a key is never overwritten");
        }

        return key;
    }

    private static LaneKey Read(string path) => LaneKey.Parse(Encoding.UTF8.GetString(CappedFile.Read(path, LaneKey.MaximumTextLength))).OrStop();
}

/// <summary>A lane key as JSON; the secret is never in it.</summary>
internal sealed record LaneKeyView(string File, IReadOnlyList<LaneKeyIdView> Ids);

/// <summary>What datagrams of a lane call the key.</summary>
internal sealed record LaneKeyIdView(string Lane, string KeyId);
