namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>
/// What was warned of in members: of each code the first few, then the number of the others. Each code is told at least once, because a site's policy may deny it.
/// </summary>
internal sealed class WebDatasetFindings
{
    private readonly List<Told> codes = [];

    /// <summary>In the order in which codes were seen first.</summary>
    public IEnumerable<Finding> All => codes.SelectMany(c => c.All);

    public void Add(Finding finding)
    {
        var told = codes.Find(c => c.Code == finding.Code && c.Severity == finding.Severity);
        if (told is null)
        {
            codes.Add(told = new Told(finding.Code, finding.Severity));
        }

        told.Add(finding);
    }

    private sealed class Told(string code, Severity severity)
    {
        private readonly List<Finding> first = [];
        private long others;
        private long? firstOther;

        public string Code => code;

        public Severity Severity => severity;

        public IEnumerable<Finding> All =>
            others == 0 ? first : first.Append(new Finding(code, severity, firstOther, $"{Findings.Number(others)} more such findings in members from here on"));

        public void Add(Finding finding)
        {
            if (first.Count < WebDatasetLimits.ToldFindings)
            {
                first.Add(finding);
                return;
            }

            firstOther ??= finding.Offset;
            others++;
        }
    }
}
