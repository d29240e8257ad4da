using System.Globalization;
using Gateway.Core;

namespace Gateway.Storage;

/// <summary>What never goes back to an older version.</summary>
public enum VersionFloor
{
    TrustRoot = 1,
    Policy = 2,
}

/// <summary>The newest version of the trust root and of the policy that was ever active here.</summary>
public static class VersionFloors
{
    /// <summary>
    /// Makes a version the floor. Refuses an older one, and the same version with another digest: two documents of one version are a
    /// rollback by another name.
    /// </summary>
    public static Refusal? Raise(CatalogTransaction transaction, VersionFloor floor, long version, Digest digest)
    {
        var name = floor.ToString();
        var held = transaction.QueryFirst<Row>("SELECT version, sha256 FROM version_floors WHERE name = @name", new { name });
        if (held is not null && version < held.Version)
        {
            return Refuse(floor, string.Create(CultureInfo.InvariantCulture, $"version {version}, was {held.Version}"));
        }

        if (held is not null && version == held.Version && digest.Hex != held.Sha256)
        {
            return Refuse(floor, string.Create(CultureInfo.InvariantCulture, $"version {version} was active with other content"));
        }

        transaction.Execute(
            """
            INSERT INTO version_floors (name, version, sha256) VALUES (@name, @version, @sha256)
            ON CONFLICT (name) DO UPDATE SET version = excluded.version, sha256 = excluded.sha256
            """,
            new { name, version, sha256 = digest.Hex });
        return null;
    }

    private static Refusal Refuse(VersionFloor floor, string detail) =>
        new(floor == VersionFloor.TrustRoot ? RefusalCode.TrustRootRollback : RefusalCode.PolicyRollback, detail);

    private sealed record Row(long Version, string Sha256);
}
