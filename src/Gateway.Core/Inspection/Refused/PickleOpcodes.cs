namespace Gateway.Core.Inspection.Refused;

/// <summary>What follows an opcode in the file.</summary>
internal enum PickleArgument : byte
{
    None,
    /// <summary>A fixed number of bytes.</summary>
    Fixed,
    /// <summary>Bytes whose number is given first, in 1, 4 or 8 bytes, little-endian.</summary>
    Counted,
    /// <summary>Text to the end of the line, of one of the forms of <see cref="PickleLine"/>.</summary>
    Line,
    /// <summary>Two lines: module and name.</summary>
    TwoLines,
}

/// <summary>What a line may hold for the unpickler to go on.</summary>
internal enum PickleLine : byte
{
    Any,
    Number,
    Float,
    Quoted,
    Identifier,
}

/// <summary>What an opcode does to the stack.</summary>
internal enum PickleEffect : byte
{
    None,
    Push,
    /// <summary>Takes <see cref="PickleOpcode.Takes"/> items and pushes one.</summary>
    Replace,
    Mark,
    /// <summary>Takes everything down to the mark and pushes one.</summary>
    CollapseToMark,
    /// <summary>Takes everything down to the mark into the container below it.</summary>
    AddToContainer,
    PopMark,
    Pop,
    Store,
    Fetch,
    Stop,
}

/// <summary>One opcode.</summary>
/// <param name="Argument">What follows.</param>
/// <param name="Size">Bytes of a fixed argument, or of a count.</param>
/// <param name="Line">Form of its lines.</param>
/// <param name="Effect">What it does to the stack.</param>
/// <param name="Takes">Items it needs.</param>
/// <param name="Names">It looks up a name, or what an application registered: from here on code is in reach.</param>
/// <param name="Calls">It calls what was looked up.</param>
/// <param name="NeedsData">
/// It does so only with data on top, not a name: without this, lists of words that begin with c and b look like BUILD.
/// </param>
internal sealed record PickleOpcode(
    PickleArgument Argument = PickleArgument.None,
    int Size = 0,
    PickleLine Line = PickleLine.Any,
    PickleEffect Effect = PickleEffect.Push,
    int Takes = 0,
    bool Names = false,
    bool Calls = false,
    bool NeedsData = false);

/// <summary>Every opcode of protocols 0 to 5, after Lib/pickletools.py and Lib/pickle.py of CPython 3.14.</summary>
internal static class PickleOpcodes
{
    private static readonly PickleOpcode?[] Table = Build();

    /// <summary>The opcode of a byte, or null.</summary>
    public static PickleOpcode? Find(byte opcode) => Table[opcode];

    /// <summary>True for a byte that is an opcode.</summary>
    public static bool Exists(byte opcode) => Table[opcode] is not null;

    private static PickleOpcode?[] Build()
    {
        var table = new PickleOpcode?[256];
        var push = new PickleOpcode();
        foreach (var opcode in "N])}\x88\x89\x8f\x97")
        {
            table[opcode] = push;
        }

        // Scalars.
        table['I'] = new(PickleArgument.Line, Line: PickleLine.Number);
        table['L'] = new(PickleArgument.Line, Line: PickleLine.Number);
        table['F'] = new(PickleArgument.Line, Line: PickleLine.Float);
        table['S'] = new(PickleArgument.Line, Line: PickleLine.Quoted);
        table['V'] = new(PickleArgument.Line);
        table['P'] = new(PickleArgument.Line);
        table['K'] = new(PickleArgument.Fixed, 1);
        table['M'] = new(PickleArgument.Fixed, 2);
        table['J'] = new(PickleArgument.Fixed, 4);
        table['G'] = new(PickleArgument.Fixed, 8);
        table[0x8A] = table['U'] = table['C'] = table[0x8C] = new(PickleArgument.Counted, 1);
        table[0x8B] = table['T'] = table['B'] = table['X'] = new(PickleArgument.Counted, 4);
        table[0x8D] = table[0x8E] = table[0x96] = new(PickleArgument.Counted, 8);

        // Containers.
        table['('] = new(Effect: PickleEffect.Mark);
        table['t'] = table['l'] = table['d'] = table[0x91] = new(Effect: PickleEffect.CollapseToMark);
        table['e'] = table['u'] = table[0x90] = new(Effect: PickleEffect.AddToContainer);
        table['a'] = new(Effect: PickleEffect.Replace, Takes: 2);
        table['s'] = new(Effect: PickleEffect.Replace, Takes: 3);
        table[0x85] = table[0x98] = table['Q'] = new(Effect: PickleEffect.Replace, Takes: 1);
        table[0x86] = new(Effect: PickleEffect.Replace, Takes: 2);
        table[0x87] = new(Effect: PickleEffect.Replace, Takes: 3);

        // Stack and memo.
        table['0'] = new(Effect: PickleEffect.Pop);
        table['1'] = new(Effect: PickleEffect.PopMark);
        table['2'] = new(Takes: 1);
        table['g'] = new(PickleArgument.Line, Line: PickleLine.Number, Effect: PickleEffect.Fetch);
        table['h'] = new(PickleArgument.Fixed, 1, Effect: PickleEffect.Fetch);
        table['j'] = new(PickleArgument.Fixed, 4, Effect: PickleEffect.Fetch);
        table['p'] = new(PickleArgument.Line, Line: PickleLine.Number, Effect: PickleEffect.Store, Takes: 1);
        table['q'] = new(PickleArgument.Fixed, 1, Effect: PickleEffect.Store, Takes: 1);
        table['r'] = new(PickleArgument.Fixed, 4, Effect: PickleEffect.Store, Takes: 1);
        table[0x94] = new(Effect: PickleEffect.Store, Takes: 1);

        // Names and calls.
        table['c'] = new(PickleArgument.TwoLines, Line: PickleLine.Identifier, Names: true);
        table[0x93] = new(Effect: PickleEffect.Replace, Takes: 2, Names: true);
        table[0x82] = new(PickleArgument.Fixed, 1, Names: true);
        table[0x83] = new(PickleArgument.Fixed, 2, Names: true);
        table[0x84] = new(PickleArgument.Fixed, 4, Names: true);
        table['R'] = table[0x81] = new(Effect: PickleEffect.Replace, Takes: 2, Calls: true);
        table['b'] = new(Effect: PickleEffect.Replace, Takes: 2, Calls: true, NeedsData: true);
        table[0x92] = new(Effect: PickleEffect.Replace, Takes: 3, Calls: true);
        table['o'] = new(Effect: PickleEffect.CollapseToMark, Calls: true);
        table['i'] = new(PickleArgument.TwoLines, Line: PickleLine.Identifier, Effect: PickleEffect.CollapseToMark, Names: true, Calls: true);

        // Framing.
        table[0x80] = new(PickleArgument.Fixed, 1, Effect: PickleEffect.None);
        table[0x95] = new(PickleArgument.Fixed, 8, Effect: PickleEffect.None);
        table['.'] = new(Effect: PickleEffect.Stop, Takes: 1);
        return table;
    }
}
