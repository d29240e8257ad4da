using Gateway.Hosting.Configuration;

namespace Gateway.Low.Inspect;

/// <summary>A scanner beside this product's own inspection. Where it is configured and does not answer, nothing goes on.</summary>
/// <param name="Clamd">Where clamd listens: the path of its socket, or address and port.</param>
/// <param name="MaximumFileBytes">Largest file that is sent to it; not above clamd's StreamMaxLength. Larger ones are counted as not scanned, in what approvers sign.</param>
internal sealed record SecondOpinionOptions(
    string Clamd,
    [property: Limit(1 << 20, 4_294_967_295, "bytes", "clamd takes files of up to 4 GiB")] long MaximumFileBytes = 25 << 20)
{
    /// <summary>What is wrong, by key.</summary>
    public IEnumerable<ConfigurationError> Check()
    {
        if (ClamdAddress.Parse(Clamd) is null)
        {
            yield return new ConfigurationError("clamd", $"{Clamd} is neither an absolute path nor address:port; write e.g. /run/clamav/clamd.ctl or 127.0.0.1:3310");
        }
    }
}
