using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary>A key as JSON, without its secret.</summary>
internal sealed record AccessKeyView(
    string Id, string Owner, string Label, IReadOnlyList<string> Scopes, DateTimeOffset? CreateTime, DateTimeOffset? ExpireTime, DateTimeOffset? RevokeTime)
{
    public static AccessKeyView Of(AccessKey key) => new(
        ResourceName.IdOf(key.Name), key.Owner, key.Label, [.. key.Scopes], key.CreateTime?.ToDateTimeOffset(), key.ExpireTime?.ToDateTimeOffset(), key.RevokeTime?.ToDateTimeOffset());
}

/// <summary>Keys as JSON.</summary>
internal sealed record AccessKeysDocument(IReadOnlyList<AccessKeyView> Keys);

/// <summary>A new key as JSON, with its secret.</summary>
internal sealed record NewAccessKeyView(AccessKeyView Key, string Token, string Secret);

/// <summary>Keys on stdout.</summary>
internal static class AccessKeyScreen
{
    public static void Made(Screen screen, CreateAccessKeyResponse made, bool json)
    {
        var view = new NewAccessKeyView(AccessKeyView.Of(made.AccessKey), made.Token, made.Secret);
        if (json)
        {
            screen.Document(view, CliJson.Default.NewAccessKeyView);
            return;
        }

        screen.Facts(
            ("for", string.Join(", ", view.Key.Scopes)),
            ("until", Words.Of(made.AccessKey.ExpireTime)),
            ("HF_TOKEN", view.Token),
            ("AWS_ACCESS_KEY_ID", view.Key.Id),
            ("AWS_SECRET_ACCESS_KEY", view.Secret),
            ("note", "the secret is not shown again"));
    }

    public static void List(Screen screen, IReadOnlyList<AccessKey> keys, bool json)
    {
        if (json)
        {
            screen.Document(new AccessKeysDocument([.. keys.Select(AccessKeyView.Of)]), CliJson.Default.AccessKeysDocument);
            return;
        }

        screen.Table(
            ["ID", "LABEL", "OWNER", "SCOPES", "EXPIRES", "REVOKED"],
            keys.Select(key => (IReadOnlyList<string>)
            [
                ResourceName.IdOf(key.Name), key.Label, key.Owner, string.Join(' ', key.Scopes), Words.Of(key.ExpireTime), Words.Of(key.RevokeTime),
            ]));
    }
}
