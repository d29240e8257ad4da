namespace Gateway.Core.Inspection.Refused;

/// <summary>
/// A checkpoint of torch.distributed.checkpoint: a directory with <c>.metadata</c>, a pickle, and <c>__0_0.distcp</c> files, each a row of what torch.save
/// writes (torch/distributed/checkpoint/filesystem.py). Nothing in it can be read without unpickling.
/// </summary>
internal static class DistributedCheckpoint
{
    /// <summary>The module that the pickle names first.</summary>
    private static ReadOnlySpan<byte> Module => "torch.distributed.checkpoint"u8;

    /// <summary>The refusal that a name or first block asks for, or null.</summary>
    public static Finding? Recognise(ReadOnlySpan<byte> head, string name)
    {
        var isPickle = head is [0x80, <= 5, ..];
        return name.EndsWith(".distcp", StringComparison.OrdinalIgnoreCase)
            || (isPickle && (name == ".metadata" || head.IndexOf(Module) >= 0))
            ? Findings.Refuse(
                RefusalCode.PickleRefused,
                0,
                "part of a torch distributed checkpoint (DCP), which is made of pickles; convert it to safetensors where it was made "
                + "(torch.distributed.checkpoint.format_utils.dcp_to_torch_save, then safetensors.torch.save_file)")
            : null;
    }
}
