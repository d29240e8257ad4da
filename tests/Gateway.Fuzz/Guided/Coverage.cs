using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Gateway.Fuzz.Guided;

/// <summary>
/// Which edges of the instrumented code have been taken, and about how often in one execution: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127 or more times, a bit each.
/// </summary>
internal sealed unsafe class Coverage
{
    /// <summary>Bytes that instrumented code addresses.</summary>
    public const int MapBytes = 1 << 16;

    private static readonly byte[] Buckets = [.. Enumerable.Range(0, 256).Select(Bucket)];

    private static readonly byte* Counts = (byte*)NativeMemory.AllocZeroed(MapBytes);

    private readonly byte[] seen = new byte[MapBytes];

    /// <summary>Edges that any execution took.</summary>
    public int Edges { get; private set; }

    private static Span<byte> Map => new(Counts, MapBytes);

    /// <summary>Gives instrumented code the memory that it counts in; none of it may run before.</summary>
    public static void Prepare() => Trace.SharedMem = Counts;

    /// <summary>An execution begins.</summary>
    public static void Begin()
    {
        Map.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>The execution ended: true where it took an edge, or took one about as often, as none before.</summary>
    public bool Add()
    {
        var isNew = false;
        foreach (var edge in Taken())
        {
            var bit = Buckets[Counts[edge]];
            if ((seen[edge] & bit) == 0)
            {
                Edges += seen[edge] == 0 ? 1 : 0;
                seen[edge] |= bit;
                isNew = true;
            }
        }

        return isNew;
    }

    /// <summary>The edges of the last execution that no execution before took, which leaves them so.</summary>
    public HashSet<int> NewEdges() => [.. Taken().Where(edge => seen[edge] == 0)];

    /// <summary>True where the last execution took all of these.</summary>
    public static bool Took(IEnumerable<int> edges) => edges.All(edge => Counts[edge] != 0);

    private static List<int> Taken()
    {
        var taken = new List<int>();
        var words = MemoryMarshal.Cast<byte, ulong>(Map);
        for (var word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }

            for (var edge = word * sizeof(ulong); edge < (word + 1) * sizeof(ulong); edge++)
            {
                if (Counts[edge] != 0)
                {
                    taken.Add(edge);
                }
            }
        }

        return taken;
    }

    private static byte Bucket(int count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
