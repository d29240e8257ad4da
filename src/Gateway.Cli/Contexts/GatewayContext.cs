using Gateway.Core;

namespace Gateway.Cli.Contexts;

/// <summary>Where a person's services are, who that person is to them, and what the person trusts. Paths are absolute.</summary>
internal sealed record GatewayContext
{
    public required string Name { get; init; }

    /// <summary>Address of the low side, <c>https://host:port</c>; null where this person has no business there.</summary>
    public required string? Low { get; init; }

    /// <summary>Address of the high side, likewise.</summary>
    public required string? High { get; init; }

    /// <summary>PEM file of the client certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM file of the certificate's key.</summary>
    public required string Key { get; init; }

    /// <summary>PEM file of the authority that issued the services' certificates; no other is believed.</summary>
    public required string Authority { get; init; }

    /// <summary>PEM file of the person's signing key; null for people who sign nothing.</summary>
    public required string? SigningKey { get; init; }

    /// <summary>The pinned trust root: a DSSE envelope.</summary>
    public required string? TrustRoot { get; init; }

    /// <summary>Digest of the trust root's payload.</summary>
    public required Digest? TrustRootDigest { get; init; }

    /// <summary>Digest of the policy bundle that this person expects releases to name; null to take the release's and see it.</summary>
    public required Digest? PolicyDigest { get; init; }

    /// <summary>The only enclave that this person approves releases for; null to take the release's and see it.</summary>
    public required string? Destination { get; init; }
}
