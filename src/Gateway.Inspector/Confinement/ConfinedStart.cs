using System.Globalization;
using System.Text;

namespace Gateway.Inspector.Confinement;

/// <summary>
/// Gives rights up and executes this program again. Landlock and lost capabilities hold for one thread, and a .NET process has several before the first line of its own runs; what
/// is executed inherits them for all of its threads.
/// </summary>
internal static unsafe class ConfinedStart
{
    private const uint CapabilityVersion3 = 0x20080522;

    /// <summary>What the loader and the runtime read at their start, and later, when code is first used. None of it is of this site.</summary>
    private static readonly string[] RuntimePlaces =
    [
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/etc/dotnet", "/etc/ssl/openssl.cnf", "/usr/lib/ssl",
        "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system", "/dev/null", "/dev/urandom",
    ];

    /// <summary>Goes on as another process image, which begins with the given arguments. Throws where a right could not be given up.</summary>
    /// <param name="content">The one place that may be read besides the runtime.</param>
    /// <param name="heapBytes">Most bytes of managed objects.</param>
    /// <param name="arguments">Arguments of the new image.</param>
    public static void Execute(string content, ulong heapBytes, params IReadOnlyList<string> arguments)
    {
        Libc.Checked(Libc.Control(Libc.SetNoNewPrivileges, 1, 0, 0, 0), "prctl");
        var header = new Libc.CapabilityHeader { Version = CapabilityVersion3 };
        var none = stackalloc Libc.CapabilitySet[2];
        Libc.Checked(Libc.SetCapabilities(&header, none), "capset");
        if (Landlock.Version() is > 0 and var version)
        {
            var runtime = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
            Landlock.Restrict(version, [.. RuntimePlaces, AppContext.BaseDirectory, runtime], content);
        }

        var program = Environment.ProcessPath!;
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string[] environment =
        [
            .. root is null ? [] : (string[])[$"DOTNET_ROOT={root}"],
            string.Create(CultureInfo.InvariantCulture, $"DOTNET_GCHeapHardLimit={heapBytes:x}"),
            // No sockets and files for debuggers.
            "DOTNET_EnableDiagnostics=0",
        ];
        Libc.Checked(Libc.Execute(Utf8(program), Utf8([program, .. arguments]), Utf8(environment)), "execve");
    }

    // Not freed: the image that they belong to ends with the call.
    private static byte** Utf8(string[] texts)
    {
        var pointers = (byte**)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
        {
            pointers[i] = Utf8(texts[i]);
        }

        return pointers;
    }

    private static byte* Utf8(string text)
    {
        var bytes = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)(Encoding.UTF8.GetByteCount(text) + 1));
        Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, Encoding.UTF8.GetByteCount(text)));
        return bytes;
    }
}
