using System.Globalization;
using System.Text.Json;

namespace Gateway.Core.Manifests;

/// <summary>
/// Reads an in-toto Statement v1 of ours: every member in its one place, so that missing, unknown and duplicate ones are the same fault.
/// The first fault sticks; what is read after it is empty and loops end, so that a caller checks once, with <see cref="End"/>.
/// </summary>
internal ref struct StatementReader
{
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>Statement, predicate, list, entry, list of the entry, entry of that: one to spare.</summary>
    private const int Depth = 8;

    private Utf8JsonReader json;
    private string? fault;

    public StatementReader(ReadOnlySpan<byte> payload) =>
        json = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = Depth });

    public readonly bool Failed => fault is not null;

    /// <summary>Records a fault unless there is one.</summary>
    public void Fail(string what) => fault ??= what;

    public void StartObject() => Expect(JsonTokenType.StartObject);

    public void EndObject() => Expect(JsonTokenType.EndObject);

    public void StartArray() => Expect(JsonTokenType.StartArray);

    /// <summary>The name of the next member, which must be this one.</summary>
    public void Member(string name)
    {
        if (Next() && (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(name)))
        {
            Fail($"member {name} is not in its place");
        }
    }

    /// <summary>True at the start of another object of the array; false at the array's end or after a fault.</summary>
    public bool NextObject()
    {
        if (!Next() || json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            Fail("an array holds something that is not an object");
        }

        return !Failed;
    }

    /// <summary>The next string of the array; false at the array's end or after a fault.</summary>
    public bool NextString(int maximumLength, out string text)
    {
        text = "";
        if (!Next() || json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        text = Text("an array's entry", maximumLength);
        return !Failed;
    }

    /// <summary>The next number of the array; false at the array's end or after a fault.</summary>
    public bool NextNumber(long minimum, long maximum, out long number)
    {
        number = 0;
        if (!Next() || json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out number) || number < minimum || number > maximum)
        {
            Fail($"an array's entry is not a number from {minimum} to {maximum}");
        }

        return !Failed;
    }

    /// <summary>A member that is a string of at most so many UTF-16 units.</summary>
    public string String(string name, int maximumLength)
    {
        Member(name);
        return Next() ? Text(name, maximumLength) : "";
    }

    /// <summary>As <see cref="String"/>, of a member that may be left out: null where it is.</summary>
    public string? StringIfThere(string name, int maximumLength)
    {
        var ahead = this;
        return ahead.Next() && ahead.json.TokenType == JsonTokenType.PropertyName && ahead.json.ValueTextEquals(name) ? String(name, maximumLength) : null;
    }

    /// <summary>A member that must be this very string.</summary>
    public void Constant(string name, string value)
    {
        Member(name);
        if (Next() && (json.TokenType != JsonTokenType.String || !json.ValueTextEquals(value)))
        {
            Fail($"{name} is not {value}");
        }
    }

    /// <summary>A member that is a whole number within bounds.</summary>
    public long Number(string name, long minimum, long maximum)
    {
        Member(name);
        if (!Next())
        {
            return 0;
        }

        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        Fail($"{name} is not a number from {minimum} to {maximum}");
        return 0;
    }

    /// <summary>A member that is a whole number within bounds, or null.</summary>
    public long? NumberOrNull(string name, long minimum, long maximum)
    {
        var ahead = this;
        ahead.Member(name);
        if (ahead.Next() && ahead.json.TokenType == JsonTokenType.Null)
        {
            this = ahead;
            return null;
        }

        return Number(name, minimum, maximum);
    }

    public bool Boolean(string name)
    {
        Member(name);
        if (Next() && json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
        {
            Fail($"{name} is not true or false");
        }

        return !Failed && json.GetBoolean();
    }

    /// <summary>A member that is an object, or null: true where there is one to read.</summary>
    public bool ObjectOrNull(string name)
    {
        Member(name);
        if (!Next() || json.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            Fail($"{name} is not an object");
        }

        return !Failed;
    }

    /// <summary>A member that is 64 lower-case hex digits.</summary>
    public Digest Sha256(string name)
    {
        if (Digest.TryParse(String(name, Digest.HexLength), out var digest))
        {
            return digest;
        }

        Fail($"{name} is not 64 lower-case hex digits");
        return Digest.FromHash(new byte[32]);
    }

    /// <summary>A member that is an instant in whole seconds of UTC.</summary>
    public DateTimeOffset Instant(string name)
    {
        if (StatementText.TryParseInstant(String(name, StatementText.InstantFormat.Length), out var instant))
        {
            return instant;
        }

        Fail($"{name} is not a time like 2026-01-31T12:00:00Z");
        return default;
    }

    /// <summary>A subject: its name, and the digest that it is known by.</summary>
    public (string Name, Digest Digest) Subject(int maximumNameLength)
    {
        var name = String("name", maximumNameLength);
        Member("digest");
        StartObject();
        var digest = Sha256("sha256");
        EndObject();
        EndObject();
        return (name, digest);
    }

    /// <summary>The one subject of a document about another document.</summary>
    public Digest SingleSubject(string expectedName)
    {
        Member("subject");
        StartArray();
        StartObject();
        var (name, digest) = Subject(expectedName.Length);
        if (name != expectedName)
        {
            Fail($"the subject is not {expectedName}");
        }

        Expect(JsonTokenType.EndArray);
        return digest;
    }

    /// <summary>A fault where a list has more entries than a reader should hold.</summary>
    public void Limit(int count, int maximum, string name)
    {
        if (count > maximum)
        {
            Fail($"more than {maximum} {name}");
        }
    }

    /// <summary>The end of the bytes; the first fault, or null.</summary>
    public Refusal? End()
    {
        if (!Failed && Advance())
        {
            Fail("something after the document");
        }

        return fault is null ? null : new Refusal(RefusalCode.DocumentInvalid,
            string.Create(CultureInfo.InvariantCulture, $"{fault}, near byte {json.TokenStartIndex}"));
    }

    private void Expect(JsonTokenType type)
    {
        if (Next() && json.TokenType != type)
        {
            Fail($"{type} expected");
        }
    }

    private string Text(string name, int maximumLength)
    {
        // Escapes only shorten what they stand for; UTF-8 has at most three bytes for a UTF-16 unit, an escape six.
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > maximumLength * 6L)
        {
            Fail($"{name} is not a string of at most {maximumLength} characters");
            return "";
        }

        try
        {
            var text = json.GetString()!;
            if (text.Length <= maximumLength)
            {
                return text;
            }

            Fail($"{name} is longer than {maximumLength} characters");
        }
        catch (InvalidOperationException)
        {
            Fail($"{name} is not valid UTF-8");
        }

        return "";
    }

    private bool Next()
    {
        if (!Failed && !Advance())
        {
            Fail("the document ends early");
        }

        return !Failed;
    }

    private bool Advance()
    {
        try
        {
            return json.Read();
        }
        catch (JsonException)
        {
            Fail("not JSON");
            return false;
        }
    }
}
