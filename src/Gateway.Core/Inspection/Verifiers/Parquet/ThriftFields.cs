using System.Runtime.CompilerServices;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>The fields of one struct that was read.</summary>
internal struct ThriftFields
{
    /// <summary>One more than the highest field id of parquet.thrift.</summary>
    public const int Slots = 19;

    private SlotArray slots;

    /// <summary>Fields that are set, one bit each.</summary>
    public uint Present { get; private set; }

    /// <summary>The value of a field; the default where it is not set.</summary>
    public ThriftSlot this[int id]
    {
        readonly get => slots[id];
        set
        {
            slots[id] = value;
            Present |= 1u << id;
        }
    }

    public readonly bool Has(int id) => (Present & (1u << id)) != 0;

    /// <summary>A number, or what stands for it where it is not set.</summary>
    public readonly long Number(int id, long otherwise) => Has(id) ? slots[id].Number : otherwise;

    [InlineArray(Slots)]
    private struct SlotArray
    {
        private ThriftSlot first;
    }
}
