using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Manifests;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Submit;

/// <summary>What a person asks to bring over.</summary>
internal sealed record Submission(
    ArtifactName Artifact,
    string Destination,
    string Lane,
    string Class,
    string Purpose,
    string Licence,
    string Source,
    int Priority,
    ArtifactTree Tree,
    SchemaChoice Schemas)
{
    /// <summary>The call that opens the transfer.</summary>
    public CreateTransferRequest ToRequest(Guid requestId, bool validateOnly) => new()
    {
        RequestId = requestId.ToString(),
        Artifact = new Protocol.V1.Artifact
        {
            Kind = Artifact.Kind == ArtifactKind.Checkpoint ? Protocol.V1.ArtifactKind.Checkpoint : Protocol.V1.ArtifactKind.Dataset,
            Name = Artifact.FullName,
            Version = Artifact.Version,
        },
        Class = Class,
        Destination = Destination,
        Lane = Lane,
        Purpose = Purpose,
        TotalBytes = Tree.TotalBytes,
        Files = Tree.Files.Count,
        Priority = Priority,
        ValidateOnly = validateOnly,
    };

    /// <summary>
    /// A request id that is the same for the same request over the same files: typing an interrupted command again continues its upload. One more
    /// attempt after a transfer that ended has another id.
    /// </summary>
    public Guid RequestId(int attempt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Append(FormattableString text) => hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(text) + "\0"));
        Append($"{attempt}\0{Artifact.Kind}\0{Artifact}\0{Destination}\0{Lane}\0{Class}\0{Purpose}\0{Licence}\0{Source}\0{Priority}");
        if (Schemas.Text.Length > 0)
        {
            Append($"{Schemas.Text}");
        }

        foreach (var file in Tree.Files)
        {
            Append($"{file.Path}\0{file.Status}");
        }

        // A UUID of version 8 (RFC 9562): bits of our own making.
        var bits = hash.GetHashAndReset().AsSpan(0, 16);
        bits[6] = (byte)((bits[6] & 0x0f) | 0x80);
        bits[8] = (byte)((bits[8] & 0x3f) | 0x80);
        return new Guid(bits, bigEndian: true);
    }
}
