using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Cli.Dev;
using Gateway.Cli.Files;
using Gateway.Cli.Services;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Demo;

/// <summary>
/// A low side in an attacker's hands: it has the gateway's key, every document and every byte, the lane and the lane's key. It sends a release that too few people
/// signed, with a signature of its own machine added.
/// </summary>
internal sealed class HostileLowSide(RunningSite running, IPEndPoint link, TimeProvider time)
{
    /// <summary>Session number: above whatever the honest side used.</summary>
    private const ulong Session = 1_000_000;

    /// <summary>Epoch of its datagrams: above those of the honest side, which started once.</summary>
    private const uint Epoch = 1_000;

    /// <summary>Datagrams between pauses: slow enough that the attack is refused, not lost.</summary>
    private const int DatagramsPerPause = 64;

    private const int HeaderRepeats = 3;

    /// <summary>Largest signing key file, in bytes.</summary>
    private const int MaximumKeyBytes = 16 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Takes the transfer's documents and staged bytes and sends them as an approved session.</summary>
    public async Task SendAsync(TransferService.TransferServiceClient service, string transfer, CancellationToken cancel)
    {
        var id = ResourceName.IdOf(transfer);
        var manifest = await DocumentReader.ReadAsync(service, transfer, Document.Manifest, cancel);
        var inspection = await DocumentReader.ReadAsync(service, transfer, Document.Inspection, cancel);
        var release = Envelope.Parse(await DocumentReader.ReadAsync(service, transfer, Document.Release, cancel)).OrStop();
        using var key = SigningKey.FromPem(
            Encoding.UTF8.GetString(CappedFile.Read(running.Site.SigningKeyOf(Cast.LowMachine), MaximumKeyBytes)), passphrase: null).OrStop();
        release = release.WithSignature(key.Public.KeyId, key.Sign(Dsse.Pae(Dsse.PayloadType, release.Payload.Span))).OrStop();

        using var staged = File.OpenHandle(Path.Combine(running.Site.LowData, "staging", id));
        var content = new SessionContent(id, RandomAccess.GetLength(staged), release.ToBytes(), manifest, inspection);
        var encoder = SessionEncoder.Create(new SessionHeader(ThrowawaySite.Lane, Session, FecGeometry.Default, content)).OrStop();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var sent = 0;
        var laneKey = LaneKey.Parse(Encoding.UTF8.GetString(CappedFile.Read(running.Site.LaneKeyFile, LaneKey.MaximumTextLength))).OrStop();
        using var sealer = new DatagramSealer(ThrowawaySite.Lane, laneKey, new(Epoch));
        await foreach (var datagram in encoder.DatagramsAsync((offset, into, _) => Read(staged, offset, into), HeaderRepeats, sealer, cancel))
        {
            await socket.SendToAsync(datagram, link, cancel);
            if (++sent % DatagramsPerPause == 0)
            {
                await Task.Delay(Pause, time, cancel);
            }
        }
    }

    private static ValueTask Read(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, ScatteredMemory into)
    {
        var block = new byte[into.Length];
        for (var filled = 0; filled < block.Length;)
        {
            var read = RandomAccess.Read(file, block.AsSpan(filled), offset + filled);
            filled += read > 0 ? read : throw new EndOfStreamException();
        }

        into.CopyFrom(block);
        return ValueTask.CompletedTask;
    }
}
