using System.Buffers;
using System.Text.Json;
using Gateway.Core;

namespace Gateway.High.Import.Oci;

/// <summary>What points to content (image-spec, descriptor.md).</summary>
/// <param name="MediaType">What the content is.</param>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="Bytes">Its length.</param>
internal readonly record struct OciDescriptor(string MediaType, Digest Digest, long Bytes)
{
    /// <summary>Writes the members of it, of an object that is begun.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("mediaType", MediaType);
        json.WriteString("digest", OciReference.Write(Digest));
        json.WriteNumber("size", Bytes);
    }

    public void Write(Utf8JsonWriter json, string member)
    {
        json.WriteStartObject(member);
        WriteMembers(json);
        json.WriteEndObject();
    }
}

/// <summary>Content that is made here, whole.</summary>
internal sealed class OciContent
{
    /// <summary>An empty object, for manifests that need no configuration (image-spec, manifest.md, "Guidance for an Empty Descriptor").</summary>
    public static readonly OciContent Empty = new("application/vnd.oci.empty.v1+json", "{}"u8.ToArray());

    private OciContent(string mediaType, ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        Descriptor = new(mediaType, Digest.Of(bytes.Span), bytes.Length);
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public OciDescriptor Descriptor { get; }

    public Digest Digest => Descriptor.Digest;

    /// <summary>A document of JSON. It has one spelling, without white space, so that it has one digest.</summary>
    public static OciContent Of(string mediaType, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new OciContent(mediaType, buffer.WrittenMemory);
    }
}
