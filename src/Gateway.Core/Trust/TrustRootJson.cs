using System.Text.Json;
using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>The JSON of a trust root: the statement that is signed, and the predicate alone, which is what a draft file holds.</summary>
internal static class TrustRootJson
{
    public const string PredicateType = "urn:gateway:trust-root:v1";

    /// <summary>Most bytes of a payload: some thousands of people.</summary>
    public const int MaximumPayloadBytes = 4 << 20;

    /// <summary>Longest public key in base64: that of ML-DSA-87, the largest kind to come.</summary>
    private const int MaximumKeyLength = 4096;

    /// <summary>Keys are the subjects: each digest is a key id, the SHA-256 of the key's DER.</summary>
    public static void WriteStatement(Utf8JsonWriter writer, TrustRootContents root)
    {
        StatementWriter.Start(writer);
        foreach (var key in root.AllKeys())
        {
            StatementWriter.Subject(writer, "key", Digest.Of(key.Spki.Span));
        }

        StatementWriter.StartPredicate(writer, PredicateType);
        WriteMembers(writer, root);
        StatementWriter.End(writer);
    }

    public static void WriteMembers(Utf8JsonWriter writer, TrustRootContents root)
    {
        writer.WriteNumber("version", root.Version);
        writer.WriteString("site", root.Site);
        writer.WriteBoolean("development", root.IsDevelopment);
        writer.WriteString("expires", StatementText.Write(root.Expires));
        writer.WriteStartArray("people");
        foreach (var person in root.People)
        {
            writer.WriteStartObject();
            writer.WriteString("id", person.Id);
            WriteRolesAndKeys(writer, person.Roles, person.Keys);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("machines");
        foreach (var machine in root.Machines)
        {
            writer.WriteStartObject();
            writer.WriteString("id", machine.Id);
            writer.WriteString("owner", machine.Owner);
            WriteRolesAndKeys(writer, machine.Roles, machine.Keys);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("keys");
        foreach (var key in root.AllKeys())
        {
            writer.WriteStartObject();
            writer.WriteString("kind", KeyKindName.Of(key.Kind));
            writer.WriteBase64String("public", key.Spki.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("classes");
        foreach (var listed in root.Classes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", listed.Name);
            writer.WriteNumber("approvals", listed.Approvals);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("root");
        WriteKeyIds(writer, root.RootKeys);
        writer.WriteNumber("threshold", root.RootThreshold);
        writer.WriteEndObject();
    }

    public static Outcome<TrustRootContents> ReadStatement(ReadOnlySpan<byte> payload)
    {
        var reader = new StatementReader(payload);
        reader.StartObject();
        reader.Constant("_type", StatementReader.StatementType);
        reader.Member("subject");
        reader.StartArray();
        while (reader.NextObject())
        {
            // The spelling check compares subjects with the keys below.
            reader.Subject(Digest.HexLength);
        }

        reader.Constant("predicateType", PredicateType);
        reader.Member("predicate");
        reader.StartObject();
        var root = ReadMembers(ref reader);
        reader.EndObject();
        return reader.End() is { } fault ? fault : root!;
    }

    public static Outcome<TrustRootContents> ReadDraft(ReadOnlySpan<byte> json)
    {
        var reader = new StatementReader(json);
        reader.StartObject();
        var root = ReadMembers(ref reader);
        return reader.End() is { } fault ? fault : root!;
    }

    /// <summary>The members and the end of their object. Null only after a fault.</summary>
    private static TrustRootContents? ReadMembers(ref StatementReader reader)
    {
        var version = reader.Number("version", 1, long.MaxValue);
        var site = reader.String("site", StatementText.MaximumIdLength);
        var development = reader.Boolean("development");
        var expires = reader.Instant("expires");
        var people = ReadListed(ref reader, "people", hasOwner: false);
        var machines = ReadListed(ref reader, "machines", hasOwner: true);
        var keys = ReadKeys(ref reader);
        var classes = ReadClasses(ref reader);
        reader.Member("root");
        reader.StartObject();
        var rootKeyIds = ReadStrings(ref reader, "keys");
        var threshold = (int)reader.Number("threshold", 0, Envelope.MaximumSignatures);
        reader.EndObject();
        reader.EndObject();
        var root = new TrustRootContents
        {
            Version = version,
            Site = site,
            IsDevelopment = development,
            Expires = expires,
            People = [.. people.Select(p => new TrustedPerson(p.Id, p.Roles, Resolve(p.KeyIds, keys)))],
            Machines = [.. machines.Select(m => new TrustedMachine(m.Id, m.Owner, m.Roles, Resolve(m.KeyIds, keys)))],
            Classes = classes,
            RootKeys = Resolve(rootKeyIds, keys),
            RootThreshold = threshold,
        };

        var named = people.SelectMany(p => p.KeyIds).Concat(machines.SelectMany(m => m.KeyIds)).Concat(rootKeyIds);
        if (named.FirstOrDefault(id => !keys.ContainsKey(id)) is { } unknown)
        {
            reader.Fail($"key {unknown} is named and not listed");
        }

        return reader.Failed ? null : root;
    }

    private static void WriteRolesAndKeys(Utf8JsonWriter writer, IReadOnlyList<Role> roles, IReadOnlyList<PublicKey> keys)
    {
        writer.WriteStartArray("roles");
        foreach (var role in roles)
        {
            writer.WriteStringValue(RoleName.Of(role));
        }

        writer.WriteEndArray();
        WriteKeyIds(writer, keys);
        writer.WriteEndObject();
    }

    private static void WriteKeyIds(Utf8JsonWriter writer, IReadOnlyList<PublicKey> keys)
    {
        writer.WriteStartArray("keys");
        foreach (var key in keys)
        {
            writer.WriteStringValue(key.KeyId);
        }

        writer.WriteEndArray();
    }

    private static List<Listed> ReadListed(ref StatementReader reader, string name, bool hasOwner)
    {
        var listed = new List<Listed>();
        reader.Member(name);
        reader.StartArray();
        while (reader.NextObject())
        {
            var id = reader.String("id", StatementText.MaximumIdLength);
            var owner = hasOwner ? reader.String("owner", StatementText.MaximumIdLength) : "";
            var roles = new List<Role>();
            foreach (var text in ReadStrings(ref reader, "roles"))
            {
                if (!RoleName.TryParse(text, out var role))
                {
                    reader.Fail($"role {text} of {id} is not known");
                }

                roles.Add(role);
            }

            listed.Add(new Listed(id, owner, roles, ReadStrings(ref reader, "keys")));
            reader.EndObject();
        }

        return listed;
    }

    private static Dictionary<string, PublicKey> ReadKeys(ref StatementReader reader)
    {
        var keys = new Dictionary<string, PublicKey>(StringComparer.Ordinal);
        reader.Member("keys");
        reader.StartArray();
        while (reader.NextObject())
        {
            var kind = reader.String("kind", 32);
            var encoded = reader.String("public", MaximumKeyLength);
            reader.EndObject();
            var der = new byte[MaximumKeyLength];
            if (reader.Failed || !Convert.TryFromBase64String(encoded, der, out var length)
                || !PublicKey.FromSpki(der.AsSpan(0, length)).Succeeded(out var key, out _)
                || KeyKindName.Of(key.Kind) != kind || !keys.TryAdd(key.KeyId, key))
            {
                reader.Fail($"key {keys.Count + 1} is not a key of its kind, or is there twice");
                break;
            }
        }

        return keys;
    }

    private static List<TrustedClass> ReadClasses(ref StatementReader reader)
    {
        var classes = new List<TrustedClass>();
        reader.Member("classes");
        reader.StartArray();
        while (reader.NextObject())
        {
            var name = reader.String("name", StatementText.MaximumIdLength);
            classes.Add(new TrustedClass(name, (int)reader.Number("approvals", 0, int.MaxValue)));
            reader.EndObject();
        }

        return classes;
    }

    private static List<string> ReadStrings(ref StatementReader reader, string name)
    {
        var texts = new List<string>();
        reader.Member(name);
        reader.StartArray();
        while (reader.NextString(Digest.HexLength, out var text))
        {
            texts.Add(text);
        }

        return texts;
    }

    private static PublicKey[] Resolve(List<string> keyIds, Dictionary<string, PublicKey> keys) =>
        [.. keyIds.Where(keys.ContainsKey).Select(id => keys[id])];

    private sealed record Listed(string Id, string Owner, List<Role> Roles, List<string> KeyIds);
}
