using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Gateway.Core.Wire;
using Gateway.Storage;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Low.Send;

/// <summary>
/// Writes one set of volumes, stripe by stripe, as drafts, and gives them their names once all of them are whole and on the disk: whatever picks files up finds none that is half done.
/// It holds one stripe in memory. Not thread-safe.
/// </summary>
internal sealed class VolumeSetWriter : IDisposable
{
    private const string Drafts = ".drafts";

    private readonly string directory;
    private readonly string name;
    private readonly Volume first;
    private readonly VolumeStripe stripe;
    private readonly SafeFileHandle[] files;
    private readonly byte[] seal = new byte[VolumeSlab.SealBytes];
    private long stripes;
    private int current;
    private int used;

    private VolumeSetWriter(string directory, string name, Volume first)
    {
        (this.directory, this.name, this.first) = (directory, name, first);
        stripe = new(first.Geometry);
        files = new SafeFileHandle[first.Geometry.Volumes];
    }

    /// <summary>Begins a set.</summary>
    /// <param name="directory">Where the volumes appear.</param>
    /// <param name="lane">Id of the lane.</param>
    /// <param name="session">Number of the session.</param>
    /// <param name="geometry">How it is cut.</param>
    public static VolumeSetWriter Create(string directory, string lane, ulong session, VolumeGeometry geometry)
    {
        var id = RandomNumberGenerator.GetBytes(16);
        var set = BinaryPrimitives.ReadUInt128BigEndian(id);
        var name = string.Create(CultureInfo.InvariantCulture, $"{lane}-{session:D10}-{Convert.ToHexStringLower(id.AsSpan(0, 4))}");
        DurableFiles.CreateDirectory(Path.Combine(directory, Drafts));
        var writer = new VolumeSetWriter(directory, name, new Volume(Datagram.TagOf(lane), set, session, geometry, Index: 0, Stripes: 1));
        try
        {
            for (var index = 0; index < geometry.Volumes; index++)
            {
                writer.files[index] = File.OpenHandle(writer.DraftOf(index), FileMode.CreateNew, FileAccess.Write, FileShare.None);
            }

            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Removes the drafts that a crash left.</summary>
    public static void RemoveDrafts(string directory) => DurableFiles.DeleteTree(Path.Combine(directory, Drafts));

    /// <summary>Appends a datagram.</summary>
    public void Append(ReadOnlySpan<byte> datagram)
    {
        while (!VolumeSlab.TryAppend(stripe.Content(current).Span, ref used, datagram))
        {
            CloseSlab();
        }
    }

    /// <summary>Writes the rest, flushes every volume and gives them their names. Bytes written, all volumes together.</summary>
    public long Complete()
    {
        while (current > 0 || used > 0)
        {
            CloseSlab();
        }

        var whole = first with { Stripes = stripes };
        Span<byte> header = stackalloc byte[Volume.HeaderBytes];
        for (var index = 0; index < files.Length; index++)
        {
            (whole with { Index = index }).Write(header);
            RandomAccess.Write(files[index], header, 0);
            RandomAccess.Write(files[index], header, whole.OffsetOf(stripes));
            DurableFiles.Flush(files[index]);
        }

        for (var index = 0; index < files.Length; index++)
        {
            files[index].Dispose();
            DurableFiles.Move(DraftOf(index), Path.Combine(directory, FileName(index)));
        }

        return whole.FileBytes * files.Length;
    }

    /// <summary>Closes the drafts and removes those that were not given their names.</summary>
    public void Dispose()
    {
        for (var index = 0; index < files.Length; index++)
        {
            files[index]?.Dispose();
            File.Delete(DraftOf(index));
        }
    }

    private void CloseSlab()
    {
        stripe.Content(current).Span[used..].Clear();
        (current, used) = (current + 1, 0);
        if (current < first.Geometry.DataVolumes)
        {
            return;
        }

        stripe.Encode();
        for (var index = 0; index < files.Length; index++)
        {
            var volume = first with { Index = index };
            var content = stripe.Content(index);
            VolumeSlab.Seal(volume, stripes, content.Span, seal);
            RandomAccess.Write(files[index], [content, seal], volume.OffsetOf(stripes));
        }

        current = 0;
        stripes++;
    }

    private string FileName(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}-{index + 1:D3}-of-{first.Geometry.Volumes:D3}.volume");

    private string DraftOf(int index) => Path.Combine(directory, Drafts, FileName(index));
}
