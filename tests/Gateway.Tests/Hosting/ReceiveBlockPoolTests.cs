using Gateway.Hosting;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class ReceiveBlockPoolTests
{
    [Fact]
    public void A_block_returned_twice_is_rented_once()
    {
        using var pool = new ReceiveBlockPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        using var first = pool.Rent();
        using var second = pool.Rent();
        Assert.Same(block, first);
        Assert.NotSame(first, second);
        Assert.False(first.Memory.Span.Overlaps(second.Memory.Span));
    }

    [Fact]
    public void Connections_share_one_pool_and_none_of_them_ends_it()
    {
        using var pool = new ReceiveBlockPool();
        pool.Create().Dispose();
        using var block = pool.Create().Rent(4096);
        Assert.Equal(64 << 10, block.Memory.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent((64 << 10) + 1));
    }
}
