using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Protocol.High.V1;
using Grpc.Core;

namespace Gateway.Cli.Imports;

/// <summary>
/// Fetches the files of a published import into a partial directory beside the target, hashing what it writes, and renames it when all is verified.
/// A file that is there in part is hashed and continued.
/// </summary>
internal sealed class ArtifactPull(
    ImportService.ImportServiceClient service, string import, string partial, Manifest manifest, TimeProvider time, Action<long> progress)
{
    /// <summary>Bytes read at once from a file that is continued.</summary>
    private const int BufferBytes = 1 << 20;

    /// <summary>Breaks without a byte of progress between them before the service counts as unreachable.</summary>
    private const int MaximumFruitlessAttempts = 8;

    /// <summary>Fetches every file; the first refusal, or null.</summary>
    public async Task<Refusal?> RunAsync(CancellationToken cancel)
    {
        long before = 0;
        foreach (var file in manifest.Files)
        {
            if (await FetchAsync(file, before, cancel) is { } refusal)
            {
                return refusal;
            }

            before += file.Bytes;
            progress(before);
        }

        return null;
    }

    private async Task<Refusal?> FetchAsync(ManifestFile file, long before, CancellationToken cancel)
    {
        var path = Path.Combine(partial, file.Path.Value);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var content = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (content.Length > file.Bytes)
        {
            content.SetLength(0);
        }

        await HashPrefixAsync(content, hash, cancel);
        for (var fruitless = 0; content.Position < file.Bytes; fruitless++)
        {
            var start = content.Position;
            try
            {
                using var call = service.ReadImport(
                    new ReadImportRequest { Name = import, Path = file.Path.Value, Offset = start }, cancellationToken: cancel);
                await foreach (var part in call.ResponseStream.ReadAllAsync(cancel))
                {
                    if (content.Position + part.Data.Length > file.Bytes)
                    {
                        return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
                    }

                    hash.AppendData(part.Data.Span);
                    await content.WriteAsync(part.Data.Memory, cancel);
                    progress(before + content.Position);
                }

                if (content.Position < file.Bytes)
                {
                    return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && fruitless < MaximumFruitlessAttempts)
            {
                fruitless = content.Position > start ? -1 : fruitless;
                await Task.Delay(TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Max(0, fruitless))), time, cancel);
            }
        }

        if (Digest.FromHash(hash.GetHashAndReset()) == file.Digest)
        {
            return null;
        }

        // What is wrong is not kept: the next attempt fetches the file from its beginning.
        content.SetLength(0);
        return new Refusal(RefusalCode.DigestMismatch, file.Path.Value);
    }

    private static async Task HashPrefixAsync(FileStream content, IncrementalHash hash, CancellationToken cancel)
    {
        if (content.Length == 0)
        {
            return;
        }

        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await content.ReadAsync(buffer, cancel)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }
    }
}
