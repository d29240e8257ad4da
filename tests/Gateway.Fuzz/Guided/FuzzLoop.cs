using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Guided;

/// <summary>
/// Runs inputs, keeps those that take the code where none did before, and damages these for more. Follows from the inputs it begins with, the seed and the number of executions.
/// </summary>
internal sealed class FuzzLoop(FuzzTarget target, Coverage coverage, CurrentInput current)
{
    /// <summary>Inputs that are damaged grow up to this; larger ones are run as they are.</summary>
    public const int MaximumBytes = 16 << 10;

    /// <summary>Damaged copies of an input before another has its turn.</summary>
    private const int Turns = 48;

    private readonly List<byte[]> queue = [];
    private readonly Dictionary<string, (byte[] Input, Failure Failure)> failures = [];

    public long Executions { get; private set; }

    /// <summary>Inputs that were found, and not given.</summary>
    public List<byte[]> Found { get; } = [];

    public int Edges => coverage.Edges;

    /// <summary>Of the inputs that were given.</summary>
    public int GivenEdges { get; private set; }

    /// <summary>By processor time, with what the runtime does beside it.</summary>
    public (TimeSpan Time, int Bytes) Slowest { get; private set; }

    /// <summary>The first input of each kind of failure.</summary>
    public IReadOnlyCollection<(byte[] Input, Failure Failure)> Failures => failures.Values;

    /// <summary>Called with each input that is found.</summary>
    public Action<byte[]>? OnFound { get; init; }

    /// <summary>Runs what is given.</summary>
    public void Begin(IEnumerable<byte[]> given)
    {
        foreach (var input in given)
        {
            if (Execute(input) && input.Length <= MaximumBytes)
            {
                queue.Add(input);
            }
        }

        if (queue.Count == 0)
        {
            queue.Add([]);
        }

        GivenEdges = coverage.Edges;
        // The first inputs wait for the compiler.
        Slowest = default;
    }

    /// <summary>Goes on until told to stop, which is asked before each input.</summary>
    public void Continue(Havoc havoc, Random random, Func<FuzzLoop, bool> isOver)
    {
        while (true)
        {
            var input = Choose(random);
            var other = queue[random.Next(queue.Count)];
            for (var turn = 0; turn < Turns; turn++)
            {
                if (isOver(this))
                {
                    return;
                }

                var damaged = havoc.Damage(input, other);
                if (turn % 4 > 0)
                {
                    target.Mend?.Invoke(damaged);
                }

                if (Execute(damaged))
                {
                    queue.Add(damaged);
                    Found.Add(damaged);
                    OnFound?.Invoke(damaged);
                }
            }
        }
    }

    /// <summary>The last quarter of the queue is where the code is least known; of two, the shorter is damaged where it matters more often.</summary>
    private byte[] Choose(Random random)
    {
        var from = random.Next(2) == 0 ? queue.Count * 3 / 4 : 0;
        var (one, two) = (queue[random.Next(from, queue.Count)], queue[random.Next(from, queue.Count)]);
        return random.Next(3) == 0 || one.Length < two.Length ? one : two;
    }

    private bool Execute(byte[] input)
    {
        current.Write(input);
        var begun = Environment.CpuUsage.TotalTime;
        Coverage.Begin();
        var failure = target.FailureOf(input);
        var isNew = coverage.Add();
        Executions++;
        var time = Environment.CpuUsage.TotalTime - begun;
        if (time > Slowest.Time)
        {
            Slowest = (time, input.Length);
        }

        if (failure is not null)
        {
            failures.TryAdd(failure.Kind, (input, failure));
        }

        // What fails is not damaged further: its neighbours fail alike.
        return isNew && failure is null;
    }
}
