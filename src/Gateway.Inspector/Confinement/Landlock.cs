using System.Runtime.InteropServices;

namespace Gateway.Inspector.Confinement;

/// <summary>
/// Takes the file system away but for what is listed, and that to read only (Landlock, landlock(7)). It holds for the calling thread and for what that thread executes, so
/// the caller goes on with execve(2).
/// </summary>
internal static unsafe class Landlock
{
    private const long CreateRuleset = 444;
    private const long AddRule = 445;
    private const long RestrictSelf = 446;
    private const nuint AskVersion = 1;
    private const nuint PathBeneath = 1;

    private const ulong Execute = 1 << 0;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadDirectory = 1 << 3;

    /// <summary>Version of the kernel's Landlock; 0 where it has none, or it is off.</summary>
    public static int Version() => (int)Math.Max(0, Libc.Call(CreateRuleset, 0, 0, AskVersion, 0));

    /// <summary>Restricts the calling thread. Places that are not there are passed over. Throws where the kernel refuses.</summary>
    /// <param name="version">As <see cref="Version"/> says, above 0.</param>
    /// <param name="runtime">What may be read and executed: the runtime, its libraries and this program.</param>
    /// <param name="content">What may be read only: the one thing that is inspected.</param>
    public static void Restrict(int version, IEnumerable<string> runtime, string content)
    {
        var attributes = new RulesetAttributes
        {
            // All rights that the version knows: 13 of the first, then moving between directories, truncating, and device control.
            HandledFiles = (1UL << version switch { 1 => 13, 2 => 14, 3 or 4 => 15, _ => 16 }) - 1,
            // Binding and connecting TCP sockets.
            HandledNetwork = version >= 4 ? 3UL : 0,
            // Abstract Unix sockets and signals to processes outside.
            Scoped = version >= 6 ? 3UL : 0,
        };
        var size = (nuint)(version switch { < 4 => sizeof(ulong), < 6 => 2 * sizeof(ulong), _ => 3 * sizeof(ulong) });
        var ruleset = (int)Libc.Checked(Libc.Call(CreateRuleset, (nuint)(&attributes), size, 0, 0), "landlock_create_ruleset");
        foreach (var place in runtime)
        {
            Allow(ruleset, place, Execute | ReadFile | ReadDirectory);
        }

        Allow(ruleset, content, ReadFile | ReadDirectory);
        Libc.Checked(Libc.Call(RestrictSelf, (nuint)ruleset, 0, 0, 0), "landlock_restrict_self");
        _ = Libc.Close(ruleset);
    }

    private static void Allow(int ruleset, string path, ulong access)
    {
        var place = Libc.Open(path, Libc.PathOnly | Libc.CloseOnExecute);
        if (place < 0)
        {
            return;
        }

        // A rule on a file may not name the rights of directories.
        var rule = new PathRule { Access = Directory.Exists(path) ? access : access & ~ReadDirectory, Place = place };
        Libc.Checked(Libc.Call(AddRule, (nuint)ruleset, PathBeneath, (nuint)(&rule), 0), $"landlock_add_rule for {path}");
        _ = Libc.Close(place);
    }

    /// <summary>struct landlock_ruleset_attr, linux/landlock.h.</summary>
    private struct RulesetAttributes
    {
        public ulong HandledFiles;
        public ulong HandledNetwork;
        public ulong Scoped;
    }

    /// <summary>struct landlock_path_beneath_attr, linux/landlock.h; packed.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        public ulong Access;
        public int Place;
    }
}
