using System.Diagnostics;
using System.Text;
using Xunit;

namespace Gateway.Tests.Hosting;

/// <summary>Programs in the place of the worker that inspects.</summary>
internal static class WorkerProgram
{
    /// <summary>What a worker says that is wholly confined.</summary>
    public const string Confined = """{"landlockVersion":7,"filtersSystemCalls":true}""";

    /// <summary>One that says it is confined and gives an answer, whatever it is asked.</summary>
    /// <param name="directory">Where it lies.</param>
    /// <param name="answer">Payload of a report.</param>
    /// <param name="confinement">What it says of its confinement.</param>
    /// <param name="first">Shell commands that it begins with.</param>
    public static string Answering(TemporaryDirectory directory, ReadOnlySpan<byte> answer, string confinement = Confined, string first = "")
    {
        var file = directory[$"answer-{Guid.NewGuid():n}"];
        File.WriteAllBytes(file, [.. Framed(Encoding.UTF8.GetBytes(confinement)), .. Framed(answer)]);
        // Read and written at once: neither a long manifest nor a long answer fits into a pipe.
        return Write(directory, $"{first}\ncat {file} &\nexec cat > /dev/null");
    }

    /// <summary>A shell script.</summary>
    public static string Write(TemporaryDirectory directory, string script)
    {
        // Written by another process: what a test beside this one starts would hold a file that is open for writing here, and then nobody may execute it (ETXTBSY).
        var (source, program) = (directory.Write($"text-{Guid.NewGuid():n}", $"#!/bin/sh\n{script}\n"), directory[$"program-{Guid.NewGuid():n}"]);
        using var install = Process.Start("/usr/bin/install", ["-m", "500", source, program]);
        install.WaitForExit();
        Assert.Equal(0, install.ExitCode);
        return program;
    }

    private static byte[] Framed(ReadOnlySpan<byte> content) => [.. BitConverter.GetBytes(content.Length), .. content];
}
