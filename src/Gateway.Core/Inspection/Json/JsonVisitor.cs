using System.Text.Json;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// Looks at the tokens of a well-formed JSON text as they come. <c>depth</c> is the number of objects and arrays that are open around
/// the token. Names and strings are unescaped UTF-8. Any method may refuse.
/// </summary>
internal abstract class JsonVisitor
{
    public virtual JsonFault? Begin(int depth, bool isObject) => null;

    public virtual JsonFault? End(int depth, bool isObject) => null;

    public virtual JsonFault? Name(int depth, ReadOnlySpan<byte> name) => null;

    public virtual JsonFault? String(int depth, ReadOnlySpan<byte> text) => null;

    public virtual JsonFault? Number(int depth, ref Utf8JsonReader reader) => null;

    /// <summary>true, false or null.</summary>
    public virtual JsonFault? Literal(int depth, bool isTrue) => null;

    /// <summary>The text ended, well formed.</summary>
    public virtual JsonFault? Complete() => null;
}
