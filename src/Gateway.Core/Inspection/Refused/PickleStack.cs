namespace Gateway.Core.Inspection.Refused;

/// <summary>The unpickler's stack, as far as it decides whether a program can go on: how many items lie above each mark.</summary>
internal sealed class PickleStack
{
    /// <summary>Most marks that are open at once. Pickles nest by recursion in Python, which ends at 1,000; more is refused as one.</summary>
    public const int MaximumMarks = 10_000;

    private readonly List<long> belowMarks = [];
    private long items;
    private bool stored;

    /// <summary>A name was looked up; before that nothing can be called.</summary>
    public bool HasNames { get; private set; }

    /// <summary>The item on top is a name that was looked up.</summary>
    public bool TopIsName { get; private set; }

    /// <summary>Something that is no name was pushed: without it a call has nothing to be given.</summary>
    public bool HasData { get; private set; }

    public bool IsTooDeep => belowMarks.Count > MaximumMarks;

    /// <summary>Applies an opcode; false where the unpickler would stop with an error.</summary>
    public bool Apply(PickleOpcode opcode)
    {
        if (items < opcode.Takes)
        {
            return false;
        }

        var holds = opcode.Effect switch
        {
            PickleEffect.Push => Set(items + 1),
            PickleEffect.Replace => Set(items - opcode.Takes + 1),
            PickleEffect.Mark => Mark(),
            PickleEffect.CollapseToMark => ToMark() && Set(items + 1),
            PickleEffect.AddToContainer => ToMark() && items > 0,
            PickleEffect.PopMark => ToMark(),
            PickleEffect.Pop => items > 0 ? Set(items - 1) : ToMark(),
            PickleEffect.Store => stored = true,
            PickleEffect.Fetch => stored && Set(items + 1),
            _ => true,
        };
        HasNames |= opcode.Names;
        HasData |= !opcode.Names && (opcode.Effect is PickleEffect.Push or PickleEffect.Replace or PickleEffect.CollapseToMark);
        TopIsName = opcode.Effect is PickleEffect.Store or PickleEffect.None ? TopIsName : opcode.Names && !opcode.Calls;
        return holds;
    }

    private bool Set(long count)
    {
        items = count;
        return true;
    }

    private bool Mark()
    {
        belowMarks.Add(items);
        return Set(0);
    }

    private bool ToMark()
    {
        if (belowMarks.Count == 0)
        {
            return false;
        }

        items = belowMarks[^1];
        belowMarks.RemoveAt(belowMarks.Count - 1);
        return true;
    }
}
