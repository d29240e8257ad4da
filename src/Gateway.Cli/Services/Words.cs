using System.Globalization;
using System.Text;
using Gateway.Core;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Services;

/// <summary>The protocol's values in the words of the commands.</summary>
internal static class Words
{
    /// <summary><c>AwaitingApproval</c> as <c>AWAITING_APPROVAL</c>: the spelling of the protocol and of refusal codes.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var name = value.ToString();
        var words = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && words.Length > 0)
            {
                words.Append('_');
            }

            words.Append(char.ToUpperInvariant(c));
        }

        return words.ToString();
    }

    /// <summary><c>checkpoint</c> or <c>dataset</c>, as the option --kind takes them.</summary>
    public static string Of(ArtifactKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A refusal that a resource carries; <see cref="Core.RefusalCode.Internal"/> where its code is not known here.</summary>
    public static Refusal RefusalOf(RefusalNotice notice) => RefusalCatalogue.Entries.FirstOrDefault(e => (int)e.Code == (int)notice.Code) is { } entry
        ? new Refusal(entry.Code, notice.Detail)
        : new Refusal(Core.RefusalCode.Internal, $"code {(int)notice.Code}, which is not known here: {notice.Sentence}");

    /// <summary>A refusal that a resource carries, in this tool's own words where the code is known here.</summary>
    public static RefusalView? Of(RefusalNotice? notice)
    {
        if (notice is null || notice.Code == Protocol.V1.RefusalCode.Unspecified)
        {
            return null;
        }

        var entry = RefusalCatalogue.Entries.FirstOrDefault(e => (int)e.Code == (int)notice.Code);
        return entry is null
            ? new RefusalView($"CODE_{(int)notice.Code}", notice.Detail, notice.Sentence)
            : RefusalView.Of(new Refusal(entry.Code, notice.Detail));
    }

    /// <summary>A time as people compare it: UTC, to the second.</summary>
    public static string Of(Google.Protobuf.WellKnownTypes.Timestamp? time) =>
        time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? string.Empty;
}
