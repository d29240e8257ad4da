using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Low.Inspect;

/// <summary>
/// A conversation with clamd: which signatures it has, and what it says of streams, one after another (clamd(8): IDSESSION, VERSION, INSTREAM, the form in which commands and
/// answers end with NUL). Throws <see cref="IOException"/> or <see cref="SocketException"/> where clamd is not there, hangs up or answers something else.
/// </summary>
internal sealed class ClamdSession : IAsyncDisposable
{
    /// <summary>Longest answer that is taken, in bytes: a number, a name of a signature and a word.</summary>
    private const int MaximumAnswerBytes = 1024;

    private readonly Socket socket;
    private readonly NetworkStream stream;
    private int asked;

    private ClamdSession(Socket socket) => (this.socket, stream) = (socket, new NetworkStream(socket));

    /// <summary>Connects and begins.</summary>
    public static async Task<ClamdSession> OpenAsync(ClamdAddress address, CancellationToken cancellation)
    {
        var socket = address.CreateSocket();
        try
        {
            await socket.ConnectAsync(address.EndPoint, cancellation);
            var session = new ClamdSession(socket);
            await session.stream.WriteAsync("zIDSESSION\0"u8.ToArray(), cancellation);
            return session;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What it is, e.g. <c>ClamAV 1.4.3</c>, and when its signatures were made, where it has a database that says so.</summary>
    public async Task<(string Engine, DateTimeOffset? SignaturesFrom)> VersionAsync(CancellationToken cancellation)
    {
        await stream.WriteAsync("zVERSION\0"u8.ToArray(), cancellation);
        var parts = (await AnswerAsync(cancellation)).Split('/');
        return (parts[0], parts.Length == 3 && DateTimeOffset.TryParseExact(
            parts[2], "ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeUniversal, out var from)
                ? from
                : null);
    }

    /// <summary>Sends a part of the stream that is scanned; the first begins it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> part, bool isFirst, CancellationToken cancellation)
    {
        if (isFirst)
        {
            await stream.WriteAsync("zINSTREAM\0"u8.ToArray(), cancellation);
        }

        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        await stream.WriteAsync(length, cancellation);
        await stream.WriteAsync(part, cancellation);
    }

    /// <summary>Ends the stream: the name of the signature that was found in it, or null. It is printable ASCII.</summary>
    public async Task<string?> VerdictAsync(CancellationToken cancellation)
    {
        const string Found = " FOUND";
        await stream.WriteAsync(new byte[sizeof(uint)], cancellation);
        var answer = await AnswerAsync(cancellation);
        return answer switch
        {
            "stream: OK" => null,
            _ when answer.StartsWith("stream: ", StringComparison.Ordinal) && answer.EndsWith(Found, StringComparison.Ordinal) =>
                answer["stream: ".Length..^Found.Length],
            _ => throw new IOException($"clamd answers: {answer}"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        socket.Dispose();
    }

    private async Task<string> AnswerAsync(CancellationToken cancellation)
    {
        var answer = new byte[MaximumAnswerBytes];
        var read = 0;
        do
        {
            var more = await stream.ReadAsync(answer.AsMemory(read), cancellation);
            read += more > 0 ? more : throw new IOException("clamd hung up");
        }
        while (answer[read - 1] != 0 && read < answer.Length);

        var text = Encoding.ASCII.GetString(answer, 0, read - 1);
        var number = string.Create(CultureInfo.InvariantCulture, $"{++asked}: ");
        return answer[read - 1] == 0 && text.StartsWith(number, StringComparison.Ordinal) && text.All(c => c is >= ' ' and <= '~')
            ? text[number.Length..]
            : throw new IOException("clamd's answer is none of the session's");
    }
}
