using System.Globalization;
using System.Text;

namespace Gateway.SystemTests.Attacks;

/// <summary>Contents for transfers of a size that takes a while to cross.</summary>
internal static class Artifacts
{
    private const int Seed = 20260;

    /// <summary>One array of bytes in npy format 1.0 (NumPy NEP 1), the same for the same size and seed.</summary>
    public static byte[] Npy(int bytes, int seed = Seed)
    {
        var header = NpyHeader(bytes);
        var file = new byte[header.Length + bytes];
        header.CopyTo(file, 0);
        new Random(seed).NextBytes(file.AsSpan(header.Length));
        return file;
    }

    /// <summary>The header of an array of so many bytes, which follow it.</summary>
    public static byte[] NpyHeader(long bytes)
    {
        var text = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({bytes},), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(text)];
    }

    /// <summary>A transfer of one array of its own: what a site published before it would not have to cross.</summary>
    public static HostileTransfer Array(HostileTransfer transfer, int bytes) =>
        transfer with { Files = [("array.npy", Npy(bytes, int.Parse(transfer.TransferId.AsSpan(0, 7), NumberStyles.HexNumber, CultureInfo.InvariantCulture)))] };
}
