using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Site;

namespace Gateway.SystemTests.Attacks;

/// <summary>Sends sessions straight into the diode, past everything that the low side checks.</summary>
internal sealed class HostileLowSide : IDisposable
{
    /// <summary>Datagrams between two looks at the receiver: 64 of 1,472 bytes fit the smallest default receive buffer, 212,992 bytes as the kernel counts.</summary>
    private const int MostInFlight = 64;

    private const int SolUdp = 17;
    private const int UdpSegment = 103;

    /// <summary>Datagrams that the kernel cuts from one send: as many of the largest as stay below 65,536 bytes.</summary>
    private const int NoiseAtOnce = 44;

    private const int NoisePoolBytes = 4 << 20;

    private readonly Socket socket;
    private readonly HighSite site;
    private readonly LaneSequence sequence = new(1);
    private readonly DatagramSealer sealer;
    private ulong session;
    private int inFlight;

    private static ReadOnlySpan<byte> Magic => "GWL\u0002"u8;

    /// <param name="site">Whom it attacks.</param>
    /// <param name="after">Number of the session before its first; beyond those of an honest low side on the same lane.</param>
    /// <param name="key">Key of the lane that it holds; the site's first where it is null.</param>
    public HostileLowSide(HighSite site, ulong after = 0, LaneKey? key = null)
    {
        this.site = site;
        session = after;
        socket = site.Diode?.LowSocket() ?? new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sealer = new(HighSite.Lane, key ?? site.LaneKey, sequence);
        socket.Connect(site.LaneAddress);
    }

    public HostileTransfer Honest() => new(site.Keys, new PolicyBundleFacts(site.Policy.Digest, site.Policy.Version));

    /// <summary>Sends as into a diode: that nobody listens on loopback is no matter of the sender's.</summary>
    public void SendRaw(ReadOnlySpan<byte> datagram) => socket.Send(datagram, SocketFlags.None, out _);

    /// <summary>Sends a transfer as the next session and waits for what becomes of it.</summary>
    public async Task<Import> PushAsync(HostileTransfer transfer)
    {
        var number = await SendAsync(transfer);
        return await site.WaitForAsync(i => i.Session == number && i.State is Import.Types.State.Published or Import.Types.State.Quarantined or Import.Types.State.Incomplete);
    }

    /// <summary>Sends a transfer as the next session, leaving out or changing datagrams; null leaves one out.</summary>
    public async Task<ulong> SendAsync(HostileTransfer transfer, Func<int, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?>? onTheWay = null)
    {
        var index = 0;
        await foreach (var datagram in DatagramsAsync(transfer, ++session))
        {
            if ((onTheWay is null ? datagram : onTheWay(index, datagram)) is { } sent)
            {
                await SendPacedAsync(sent);
            }

            index++;
        }

        return session;
    }

    /// <summary>The number of a session of its own.</summary>
    public ulong NextSession(ulong skipped = 0) => session += skipped + 1;

    /// <summary>The datagrams of a session in the order of an honest sender, each valid until the next.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> DatagramsAsync(HostileTransfer transfer, ulong number)
    {
        var (content, stream) = transfer.Build();
        var header = new SessionHeader(HighSite.Lane, number, FecGeometry.Default, content);
        var encoder = SessionEncoder.Create(header).Succeeded(out var made, out var refusal) ? made : throw new InvalidOperationException(refusal.ToString());
        ValueTask Read(long offset, ScatteredMemory into, CancellationToken cancellation)
        {
            // A header that states more bytes than there are is one of the attacks; zeros make them up.
            var there = stream.AsSpan((int)Math.Min(offset, stream.Length));
            var block = new byte[into.Length];
            there[..Math.Min(there.Length, block.Length)].CopyTo(block);
            into.CopyFrom(block);
            return ValueTask.CompletedTask;
        }

        return encoder.DatagramsAsync(Read, headerRepeats: 1, sealer, Xunit.TestContext.Current.CancellationToken);
    }

    /// <summary>The datagrams of a session, to be sent in another order or number.</summary>
    public async Task<List<byte[]>> ListAsync(HostileTransfer transfer, ulong number)
    {
        List<byte[]> datagrams = [];
        await foreach (var datagram in DatagramsAsync(transfer, number))
        {
            datagrams.Add(datagram.ToArray());
        }

        return datagrams;
    }

    /// <summary>Sends one datagram, and waits for the receiver where many are on their way.</summary>
    public async Task SendPacedAsync(ReadOnlyMemory<byte> datagram)
    {
        SendRaw(datagram.Span);
        if (++inFlight == MostInFlight)
        {
            await ArrivalAsync();
            inFlight = 0;
        }
    }

    /// <summary>The datagram as the holder of the lane's key would have sent it: with a sequence number of its own.</summary>
    public byte[] Resealed(ReadOnlySpan<byte> datagram)
    {
        byte[] copy = [.. datagram];
        sealer.Seal(copy, sequence.Take(1));
        return copy;
    }

    /// <summary>Leaves out sequence numbers, as if as many datagrams were lost.</summary>
    public void SkipSequence(int count) => sequence.Take(count);

    /// <summary>Sends noise as fast as the kernel takes it, datagrams of equal size at a time; a quarter of them begin as datagrams of ours do.</summary>
    public void SendNoise(int datagrams, Random random)
    {
        var pool = new byte[NoisePoolBytes];
        random.NextBytes(pool);
        for (var sent = 0; sent < datagrams;)
        {
            var size = random.Next(1, FecGeometry.DefaultDatagramBytes + 1);
            var count = Math.Min(NoiseAtOnce, datagrams - sent);
            var at = random.Next(pool.Length - (NoiseAtOnce * FecGeometry.DefaultDatagramBytes));
            if (size > Magic.Length && random.Next(4) == 0)
            {
                for (var i = 0; i < count; i++)
                {
                    Magic.CopyTo(pool.AsSpan(at + (i * size)));
                }
            }

            socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(size));
            socket.Send(pool.AsSpan(at, count * size), SocketFlags.None, out _);
            sent += count;
        }

        socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(0));
    }

    /// <summary>
    /// Waits until the receiver has taken what was sent: the test decides what is lost, not the kernel's buffer. Loopback and a veth pair deliver into the
    /// socket's buffer before the send returns or very soon after, and the buffer holds far more than what was sent since the last look.
    /// </summary>
    public async Task ArrivalAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        deadline.CancelAfter(HighSite.Patience);
        while (!site.Service!.HasExited && QueuedBytes() > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Bytes that wait in the receiver's socket, from /proc/net/udp (proc(5)).</summary>
    private long QueuedBytes()
    {
        var port = $":{site.LanePort:X4}";
        foreach (var line in File.ReadLines($"/proc/{site.Service!.Id}/net/udp"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 4 && fields[1].EndsWith(port, StringComparison.Ordinal))
            {
                return Convert.ToInt64(fields[4].Split(':')[1], 16);
            }
        }

        return 0;
    }

    public void Dispose()
    {
        socket.Dispose();
        sealer.Dispose();
    }
}
