using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Core.Trust;

public sealed class EnvelopeTests
{
    [Fact]
    public void Pre_authentication_encoding_follows_the_vectors()
    {
        foreach (var vector in Vectors.Cases("dsse/pae.json"))
        {
            Assert.Equal(vector.Text("pae"), Encoding.UTF8.GetString(Dsse.Pae(vector.Text("type"), Encoding.UTF8.GetBytes(vector.Text("payload")))));
        }
    }

    [Fact]
    public void Envelopes_are_accepted_or_refused_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("dsse/envelopes.json"))
        {
            var refusal = Envelope.Parse(Encoding.UTF8.GetBytes(vector.Text("json"))).Refusal;
            Assert.Equal($"{vector.Text("name")}: {vector.Text("expect")}", $"{vector.Text("name")}: {refusal?.Name ?? "accepted"}");
        }
    }

    [Fact]
    public void An_envelope_survives_its_bytes() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Select(Gen.String[Gen.Char['0', 'Z'], 0, 64], Gen.Byte.Array[0, 100]).Array[0, 8]).Sample((payload, signatures) =>
        {
            var envelope = signatures.Aggregate(Envelope.Sign(payload), (e, s) => TrustedSite.Value(e.WithSignature(s.Item1, s.Item2)));
            var bytes = envelope.ToBytes();
            var read = TrustedSite.Value(Envelope.Parse(bytes));
            Assert.Equal(payload, read.Payload.ToArray());
            Assert.Equal(Digest.Of(payload), read.PayloadDigest);
            Assert.Equal(bytes, read.ToBytes());
            Assert.Equal(bytes.Length, read.Length);
            Assert.Equal(envelope.Signatures.Select(s => (s.KeyId, Convert.ToHexString(s.Value.Span))), read.Signatures.Select(s => (s.KeyId, Convert.ToHexString(s.Value.Span))));
        });

    [Fact]
    public void Mutated_envelopes_never_throw() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10_000]).Sample((place, value, cut) =>
        {
            var bytes = Envelope.Sign("{}"u8.ToArray(), TrustedSite.Carol).ToBytes();
            bytes[place % bytes.Length] = value;
            Envelope.Parse(bytes);
            Envelope.Parse(bytes.AsMemory(0, cut % bytes.Length));
        });

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, RefusalCode.TooManySignatures)]
    [InlineData(10_000, RefusalCode.TooManySignatures)]
    public void Signatures_are_counted_before_they_are_looked_at(int count, RefusalCode? expected)
    {
        var signatures = string.Join(',', Enumerable.Repeat("{\"keyid\":\"k\",\"sig\":\"AAEC\"}", count));
        var json = $"{{\"payload\":\"e30=\",\"payloadType\":\"{Dsse.PayloadType}\",\"signatures\":[{signatures}]}}";
        Assert.Equal(expected, TrustedSite.CodeOf(Envelope.Parse(Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void The_sixty_fifth_signature_is_not_added()
    {
        var envelope = Envelope.Sign("{}"u8.ToArray());
        for (var i = 0; i < Envelope.MaximumSignatures; i++)
        {
            envelope = TrustedSite.Value(envelope.WithSignature($"{i}", new byte[] { 1 }));
        }

        Assert.Equal(RefusalCode.TooManySignatures, TrustedSite.CodeOf(envelope.WithSignature("more", new byte[] { 1 })));
        Assert.Equal(Envelope.MaximumSignatures, TrustedSite.Value(envelope.WithSignature("0", new byte[] { 2 })).Signatures.Count);
    }

    [Fact]
    public void A_signature_longer_than_any_kind_makes_is_refused()
    {
        var json = $"{{\"payload\":\"e30=\",\"payloadType\":\"{Dsse.PayloadType}\",\"signatures\":[{{\"sig\":\"{Convert.ToBase64String(new byte[Envelope.MaximumSignatureBytes + 1])}\"}}]}}";
        Assert.Equal(RefusalCode.EnvelopeInvalid, TrustedSite.CodeOf(Envelope.Parse(Encoding.UTF8.GetBytes(json))));
    }
}
