namespace Gateway.Core.Trust;

/// <summary>Who alone signed a document. More signatures on it would leave open whose word it is, and make a large one cost a hash each.</summary>
internal static class SoleSigner
{
    public static Outcome<Signer> Of(Envelope envelope, TrustRoot root, Role role)
    {
        if (envelope.Signatures.Count != 1)
        {
            return new Refusal(RefusalCode.EnvelopeInvalid, $"{envelope.Signatures.Count} signatures where there must be one");
        }

        if (root.Signers(envelope) is not [var signer])
        {
            return new Refusal(RefusalCode.SignatureInvalid, $"key {envelope.Signatures[0].KeyId}");
        }

        return signer.Identity.Has(role)
            ? signer
            : new Refusal(RefusalCode.RoleMissing, $"{signer.Identity} is no {RoleName.Of(role)}");
    }
}
