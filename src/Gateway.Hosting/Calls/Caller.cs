using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Trust;
using Gateway.Core;
using Grpc.Core;

namespace Gateway.Hosting.Calls;

/// <summary>Who calls: the identity of the trust root that the client certificate names. Roles come only from the root.</summary>
public sealed record Caller(Identity Identity)
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Prefix = "urn:gateway:";
    private const string MachinePrefix = "machine:";

    /// <summary>uniformResourceIdentifier of GeneralName, RFC 5280 section 4.2.1.6.</summary>
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The actor in audit records: a person's id, or <c>machine:</c> and a machine's, since the two kinds may share an id.</summary>
    public string Id => Identity.Kind == IdentityKind.Person ? Identity.Id : MachinePrefix + Identity.Id;

    /// <summary>The person who answers for the caller: itself, or the owner of a machine.</summary>
    public string PersonId => Identity.Owner ?? Identity.Id;

    /// <summary>Refuses with <see cref="RefusalCode.RoleMissing"/> unless the caller has one of the roles.</summary>
    public Refusal? Require(params ReadOnlySpan<Role> anyOf)
    {
        foreach (var role in anyOf)
        {
            if (Identity.Has(role))
            {
                return null;
            }
        }

        return new Refusal(RefusalCode.RoleMissing, $"needs {string.Join(" or ", anyOf.ToArray()).ToLowerInvariant()}");
    }

    /// <summary>
    /// Finds the identity that a certificate names by exactly one URI of ours among its subject alternative names. The certificate's chain
    /// was checked in the TLS handshake.
    /// </summary>
    public static Outcome<Caller> Of(X509Certificate2? certificate, TrustRoot trustRoot)
    {
        if (certificate is null)
        {
            return new Refusal(RefusalCode.Unauthenticated, "no client certificate");
        }

        if (!TryReadIdentityUris(certificate, out var uris))
        {
            return new Refusal(RefusalCode.Unauthenticated, "malformed subject alternative name");
        }

        if (uris is not [var uri])
        {
            return new Refusal(
                RefusalCode.Unauthenticated, $"the certificate has {uris.Count} URIs that begin with {Prefix}, exactly one is needed");
        }

        return trustRoot.FindUrn(uri) is { } identity ? new Caller(identity) : new Refusal(RefusalCode.Unauthenticated, uri);
    }

    /// <summary>Whom an <see cref="Id"/> that was recorded means today, or null.</summary>
    public static Identity? Find(TrustRoot trustRoot, string id) =>
        id.StartsWith(MachinePrefix, StringComparison.Ordinal)
            ? trustRoot.Find(IdentityKind.Machine, id[MachinePrefix.Length..])
            : trustRoot.Find(IdentityKind.Person, id);

    private static bool TryReadIdentityUris(X509Certificate2 certificate, out List<string> uris)
    {
        uris = [];
        try
        {
            foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName))
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (!names.PeekTag().HasSameClassAndValue(UriTag))
                    {
                        names.ReadEncodedValue();
                    }
                    else if (names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag) is var uri
                        && uri.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                    {
                        uris.Add(uri);
                    }
                }
            }

            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}

/// <summary>The caller of a gRPC method.</summary>
public static class CallerContext
{
    private static readonly object Key = new();

    /// <summary>The caller. Every method but health has one: the interceptor saw to it before the method ran.</summary>
    public static Caller Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var caller)
            ? (Caller)caller
            : throw new InvalidOperationException($"{context.Method} asked for its caller, which it was not given.");

    /// <summary>The caller, who must have one of the roles; otherwise the call ends with <see cref="RefusalCode.RoleMissing"/>.</summary>
    public static Caller CallerWith(this ServerCallContext context, params ReadOnlySpan<Role> anyOf)
    {
        var caller = context.Caller();
        caller.Require(anyOf).ThrowIfRefused();
        return caller;
    }

    internal static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[Key] = caller;
}
