using CsCheck;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class PagingTests
{
    [Theory]
    [InlineData(0, 50)]
    [InlineData(7, 7)]
    [InlineData(1000, 1000)]
    [InlineData(int.MaxValue, 1000)]
    public void A_page_size_is_coerced(int requested, int expected) => Assert.Equal(expected, PageSize.Of(requested, 50, 1000).OrRefuse());

    [Fact]
    public void A_negative_page_size_is_refused() =>
        Assert.Equal(RefusalCode.RequestInvalid, PageSize.Of(-1, 50, 1000).Refusal?.Code);

    [Fact]
    public void A_token_leads_back_to_its_key() =>
        Gen.String.Where(key => key.Length is > 0 and < 50 && !key.Contains('\n', StringComparison.Ordinal) && !key.Any(char.IsSurrogate))
            .Sample(key => Assert.Equal(key, PageToken.Read("list", PageToken.After("list", key)).OrRefuse()));

    [Fact]
    public void No_token_means_the_first_page()
    {
        Assert.Equal("", PageToken.Read("list", "").OrRefuse());
        Assert.Equal(long.MaxValue, PageToken.ReadNumber("list", "", first: long.MaxValue).OrRefuse());
    }

    [Fact]
    public void A_token_of_another_list_or_filter_is_refused() =>
        Assert.Equal(RefusalCode.PageTokenInvalid, PageToken.Read("transfers:state=2", PageToken.After("transfers:state=1", "x")).Refusal?.Code);

    [Fact]
    public void A_number_token_takes_only_numbers()
    {
        Assert.Equal(42, PageToken.ReadNumber("list", PageToken.After("list", 42), first: 0).OrRefuse());
        Assert.Equal(RefusalCode.PageTokenInvalid, PageToken.ReadNumber("list", PageToken.After("list", "4 2"), first: 0).Refusal?.Code);
        Assert.Equal(RefusalCode.PageTokenInvalid, PageToken.ReadNumber("list", PageToken.After("list", "99999999999999999999"), first: 0).Refusal?.Code);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAA")]
    [InlineData("MQpsaXN0Cg")]
    [InlineData("_____w")]
    public void A_forged_token_is_refused(string token) =>
        Assert.Equal(RefusalCode.PageTokenInvalid, PageToken.Read("list", token).Refusal?.Code);

    [Fact]
    public void No_text_at_all_breaks_the_reader() =>
        Gen.String.Where(text => text.Length > 0).Sample(text => _ = PageToken.ReadNumber("list", text, first: 0));
}
