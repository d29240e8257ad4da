namespace Gateway.Core.Trust;

/// <summary>Roles as documents and people write them.</summary>
public static class RoleName
{
    /// <summary>The role's name in lower case.</summary>
    public static string Of(Role role) => role switch
    {
        Role.Engineer => "engineer",
        Role.Approver => "approver",
        Role.Importer => "importer",
        Role.Auditor => "auditor",
        Role.Admin => "admin",
        Role.Inspector => "inspector",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>Reads exactly what <see cref="Of"/> writes.</summary>
    public static bool TryParse(string? text, out Role role)
    {
        foreach (var known in Enum.GetValues<Role>())
        {
            if (Of(known) == text)
            {
                role = known;
                return true;
            }
        }

        role = default;
        return false;
    }
}
