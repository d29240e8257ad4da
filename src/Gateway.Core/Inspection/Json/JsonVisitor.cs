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

    /// <summary>A name that is asked for also where <see cref="Passes"/> holds.</summary>
    public virtual byte[]? Noticed => null;

    /// <summary>
    /// True where nothing is asked, until it ends, of what is in the object or array that is open innermost, but for members of the noticed name. Whether tokens of it are
    /// shown is open.
    /// </summary>
    /// <param name="depth">How many objects and arrays are open.</param>
    public virtual bool Passes(int depth) => false;

    /// <summary>So many elements or members of the innermost were passed without showing them.</summary>
    public virtual void Passed(int depth, int count)
    {
    }

    /// <summary>The text ended, well formed.</summary>
    public virtual JsonFault? Complete() => null;
}
