using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Refused;

/// <summary>
/// Follows a file as an unpickler would, without making anything: opcodes, arguments, depth of the stack. Protocols 0 and 1 have no
/// magic and protocol 0 is plain ASCII, so only this tells them from text. Wherever CPython would go on, this goes on; it stops at the
/// first byte at which CPython would stop with an error, which in prose is one of the first.
/// </summary>
internal sealed class PickleWalk
{
    /// <summary>Opcodes after which the file is taken for a pickle without waiting for a call or its end: prose fails at one of the first.</summary>
    private const int MaximumOpcodes = 1_000_000;

    /// <summary>Last control byte that no text holds.</summary>
    private const byte LastBinaryControl = 8;

    private readonly PickleStack stack = new();
    private readonly PickleLineReader line = new();
    private State state = State.Opcode;
    private PickleOpcode opcode = new();
    private bool hasProtocol;
    private readonly byte[] count = new byte[8];
    private int countBytes;
    private int linesLeft;
    private ulong skip;
    private int opcodes;
    private bool hasBinaryArgument;
    private bool hasControl;

    private enum State
    {
        Opcode,
        Count,
        Skip,
        Line,
        /// <summary>STOP was reached; only white space may follow for the file to be a pickle and nothing else.</summary>
        Stopped,
        NotPickle,
        Pickle,
    }

    /// <summary>False once the file cannot be a pickle, or is known to be one: there is nothing more to look at.</summary>
    public bool IsUndecided => state is not (State.NotPickle or State.Pickle);

    /// <summary>The refusal, once the file is known to be a pickle.</summary>
    public Finding? Refusal =>
        state == State.Pickle ? Findings.Refuse(RefusalCode.PickleRefused, 0, "a Python pickle, found by following its opcodes") : null;

    /// <summary>The next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty && IsUndecided)
        {
            var taken = state switch
            {
                State.Opcode => Opcode(block[0]),
                State.Count => Count(block[0]),
                State.Skip => Skip(block),
                State.Line => Line(block),
                _ => Behind(block),
            };
            block = block[taken..];
        }
    }

    /// <summary>The file ended.</summary>
    public void Complete()
    {
        // A letter read as a count may leap over a whole paragraph onto its full stop. Picklers write counts and memo numbers as control
        // bytes; a program without any, that names nothing, runs nothing and is as well text.
        var isProse = hasBinaryArgument && !hasControl && !stack.HasNames;
        state = state == State.Pickle || (state == State.Stopped && !isProse) ? State.Pickle : State.NotPickle;
    }

    private int Opcode(byte b)
    {
        if (PickleOpcodes.Find(b) is not { } found)
        {
            state = State.NotPickle;
            return 1;
        }

        opcode = found;
        hasProtocol |= b == 0x80;
        hasBinaryArgument |= opcode.Argument is PickleArgument.Fixed or PickleArgument.Counted;
        countBytes = 0;
        switch (opcode.Argument)
        {
            case PickleArgument.None:
                Apply();
                break;
            case PickleArgument.Fixed:
                skip = (ulong)opcode.Size;
                state = State.Skip;
                break;
            case PickleArgument.Counted:
                state = State.Count;
                break;
            case PickleArgument.Line or PickleArgument.TwoLines:
                linesLeft = opcode.Argument == PickleArgument.TwoLines ? 2 : 1;
                line.Begin(opcode.Line);
                state = State.Line;
                break;
            default:
                throw new InvalidOperationException("A pickle argument without a reader.");
        }

        return 1;
    }

    private int Count(byte b)
    {
        count[countBytes++] = b;
        hasControl |= b <= LastBinaryControl;
        if (countBytes == opcode.Size)
        {
            count.AsSpan(countBytes).Clear();
            skip = BinaryPrimitives.ReadUInt64LittleEndian(count);
            state = State.Skip;
            if (skip == 0)
            {
                Apply();
            }
        }

        return 1;
    }

    private int Skip(ReadOnlySpan<byte> block)
    {
        var taken = (int)Math.Min(skip, (ulong)block.Length);
        hasControl |= block[..taken].ContainsAnyInRange<byte>(0, LastBinaryControl);
        skip -= (ulong)taken;
        if (skip == 0)
        {
            Apply();
        }

        return taken;
    }

    private int Line(ReadOnlySpan<byte> block)
    {
        var end = block.IndexOf((byte)'\n');
        line.Append(end < 0 ? block : block[..end]);
        if (!line.MayHold || (end >= 0 && !line.Holds))
        {
            state = State.NotPickle;
        }
        else if (end >= 0 && --linesLeft > 0)
        {
            line.Begin(opcode.Line);
        }
        else if (end >= 0)
        {
            Apply();
        }

        return end < 0 ? block.Length : end + 1;
    }

    private int Behind(ReadOnlySpan<byte> block)
    {
        state = block.ContainsAnyExcept(" \t\r\n"u8) ? State.NotPickle : State.Stopped;
        return block.Length;
    }

    /// <summary>The opcode and its argument are complete.</summary>
    private void Apply()
    {
        var overName = stack.TopIsName;
        var hadData = stack.HasData;
        state = State.Opcode;
        if (!stack.Apply(opcode))
        {
            state = State.NotPickle;
        }
        else if (++opcodes > MaximumOpcodes || stack.IsTooDeep || CallsCode(overName, hadData))
        {
            // Code runs here, whatever follows: an unpickler has no need to reach STOP.
            state = State.Pickle;
        }
        else if (opcode.Effect == PickleEffect.Stop)
        {
            // With the mark of protocol 2 and later it is a pickle, whatever follows; without it, a word and a full stop may be prose.
            state = hasProtocol ? State.Pickle : State.Stopped;
        }
    }

    private bool CallsCode(bool overName, bool hadData) =>
        opcode.Calls && stack.HasNames && !(opcode.NeedsData && (overName || !hadData));
}
