using System.Diagnostics;
using System.Globalization;
using Gateway.Inspector.Confinement;

// Confines itself as a worker does, and then tries what a worker that was taken over would try. Says "done" where it succeeded, "refused" where it did not; what ends the
// process says nothing.
const ulong HeapBytes = 64 << 20;
if (args is ["start", var content, .. var attempted])
{
    ConfinedStart.Execute(content, HeapBytes, attempted);
    return 1;
}

ResourceLimits.Set(HeapBytes, TimeSpan.FromSeconds(args[0] == "compute" ? 1 : 30));
SystemCallFilter.Install();
Console.WriteLine("confined");
try
{
    Attempt(args[0], args[1]);
    Console.WriteLine("done");
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception or OutOfMemoryException)
{
    Console.WriteLine("refused");
}

return 0;

static void Attempt(string what, string target)
{
    switch (what)
    {
        case "read":
            File.ReadAllBytes(target);
            break;
        case "list":
            Directory.GetFileSystemEntries(target);
            break;
        case "write":
            File.WriteAllText(target, "x");
            break;
        case "delete":
            File.Delete(target);
            break;
        case "call":
            // By number, and with nothing in its arguments: the runtime's own ways to these calls begin with others that are refused.
            Libc.Checked(Libc.Call(long.Parse(target, CultureInfo.InvariantCulture), 0, 0, 0, 0), target);
            break;
        case "execute":
            Process.Start(target)?.WaitForExit();
            break;
        case "signal":
            Process.GetProcessById(int.Parse(target, CultureInfo.InvariantCulture)).Kill();
            break;
        case "allocate":
            var held = new List<byte[]>();
            while (held.Count < 1024)
            {
                held.Add(new byte[1 << 20]);
            }

            break;
        case "compute":
            while (true)
            {
            }

        default:
            throw new ArgumentException($"nothing is called {what}");
    }
}
