using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Xunit;

namespace Gateway.Tests.Rules;

/// <summary>Reads the compiled assemblies: what is not referenced cannot be called.</summary>
public sealed class OneWayTests
{
    private const string Sockets = "System.Net.Sockets";

    private static readonly string[] HighMayCallOnSockets =
    [
        "Socket..ctor", "Socket.Bind", "Socket.Receive", "Socket.Dispose", "Socket.set_ReceiveBufferSize", "Socket.get_ReceiveBufferSize",
        "Socket.set_ReceiveTimeout", "Socket.SetRawSocketOption", "Socket.get_LocalEndPoint", "SocketException..ctor", "Socket.get_SafeHandle",
    ];

    [Fact]
    public void High_side_can_receive_and_cannot_send()
    {
        var calls = MemberReferences("Gateway.High", "gateway-high", Sockets);
        Assert.Empty(calls.Except(HighMayCallOnSockets));
        Assert.Contains(calls, c => c.StartsWith("Socket.Receive", StringComparison.Ordinal));
    }

    [Fact]
    public void Low_side_can_send_and_cannot_receive()
    {
        var calls = MemberReferences("Gateway.Low", "gateway-low", Sockets);
        Assert.DoesNotContain(calls, c => c.StartsWith("Socket.Receive", StringComparison.Ordinal) || c is "Socket.Accept" or "Socket.AcceptAsync" or "Socket.Listen" or "Socket.Bind");
        Assert.Equal(["libc!nanosleep", "libc!preadv", "libc!sendmsg"], NativeCalls("Gateway.Low", "gateway-low").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Gateway.High", "gateway-high")]
    [InlineData("Gateway.Storage", "Gateway.Storage")]
    [InlineData("Gateway.Hosting", "Gateway.Hosting")]
    [InlineData("Gateway.Core", "Gateway.Core")]
    public void What_the_high_side_links_opens_no_connection_of_its_own(string project, string assembly)
    {
        Assert.Empty(MemberReferences(project, assembly, "System.Net.Http"));
        Assert.Empty(MemberReferences(project, assembly, "Grpc.Net.Client"));
        if (project != "Gateway.High")
        {
            Assert.Empty(MemberReferences(project, assembly, Sockets));
        }
    }

    [Theory]
    [InlineData("Gateway.High", "gateway-high")]
    [InlineData("Gateway.Storage", "Gateway.Storage")]
    [InlineData("Gateway.Hosting", "Gateway.Hosting")]
    [InlineData("Gateway.Core", "Gateway.Core")]
    public void Native_calls_are_on_the_allow_list(string project, string assembly)
    {
        string[] allowed =
        [
            "libc!open", "libc!fsync", "libc!syncfs", "libc!close", "libc!rename", "libc!link", "libc!statx", "libc!recvmmsg", "libc!madvise",
            "libcrypto.so.3!EVP_CIPHER_CTX_new", "libcrypto.so.3!EVP_CIPHER_CTX_free", "libcrypto.so.3!EVP_CIPHER_CTX_ctrl", "libcrypto.so.3!EVP_aes_256_gcm",
            "libcrypto.so.3!EVP_EncryptInit_ex", "libcrypto.so.3!EVP_EncryptUpdate", "libcrypto.so.3!EVP_EncryptFinal_ex",
        ];
        Assert.Empty(NativeCalls(project, assembly).Except(allowed));
    }

    [Theory]
    [InlineData("Gateway.High", "gateway-high")]
    [InlineData("Gateway.Storage", "Gateway.Storage")]
    [InlineData("Gateway.Hosting", "Gateway.Hosting")]
    [InlineData("Gateway.Core", "Gateway.Core")]
    public void What_the_high_side_links_starts_no_program_but_the_inspector_and_loads_no_library_by_name(string project, string assembly)
    {
        // One class of Hosting does: the one that starts the worker that inspects.
        Assert.Equal(project == "Gateway.Hosting" ? ["InspectorWorker"] : [], TypesThatCall(project, assembly, "System.Diagnostics", "Process", "Start"));
        Assert.DoesNotContain(
            MemberReferences(project, assembly, "System.Runtime.InteropServices"), c => c.StartsWith("NativeLibrary.", StringComparison.Ordinal));
    }

    /// <summary>Decoders are large and of others: what they could be made to do, they do outside of the enclave.</summary>
    [Fact]
    public void Only_the_low_side_has_content_decoded()
    {
        const string Inspection = "Gateway.Hosting.Inspection";
        Assert.Equal(["Inspectors.OfHighSide"], Sides("Gateway.High", "gateway-high"));
        Assert.Equal(["Inspectors.OfLowSide"], Sides("Gateway.Low", "gateway-low"));

        static IEnumerable<string> Sides(string project, string assembly) =>
            MemberReferences(project, assembly, Inspection).Where(c => c is "Inspectors.OfHighSide" or "Inspectors.OfLowSide" or "Inspectors..ctor");
    }

    /// <summary>The worker gives rights up and reads; what it can still call is the kernel's to enforce, and ConfinementTests see to that.</summary>
    [Fact]
    public void The_worker_that_inspects_has_no_socket_and_starts_no_program()
    {
        const string Project = "Gateway.Inspector", Assembly = "gateway-inspector";
        Assert.Empty(MemberReferences(Project, Assembly, Sockets));
        Assert.DoesNotContain("Process.Start", MemberReferences(Project, Assembly, "System.Diagnostics"));
        Assert.Equal(
            ["libc!capset", "libc!close", "libc!execve", "libc!open", "libc!prctl", "libc!setrlimit", "libc!syscall"],
            NativeCalls(Project, Assembly).Order(StringComparer.Ordinal));
    }

    /// <summary>What comes in on the low side beside its callers is the scanner's word, which only refuses or stands in a section of its own.</summary>
    [Fact]
    public void Low_side_hears_of_nobody_but_its_scanner() =>
        Assert.Equal(["ClamdSession"], TypesThatCall("Gateway.Low", "gateway-low", Sockets, "NetworkStream", ".ctor"));

    [Fact]
    public void Core_touches_no_socket_host_file_or_system_clock()
    {
        Assert.Empty(MemberReferences("Gateway.Core", "Gateway.Core", Sockets));
        Assert.Empty(MemberReferences("Gateway.Core", "Gateway.Core", "Microsoft.Extensions.Hosting"));
        string[] files = ["File.", "FileStream.", "FileInfo.", "Directory.", "DirectoryInfo.", "RandomAccess."];
        Assert.DoesNotContain(MemberReferences("Gateway.Core", "Gateway.Core", "System.IO"), c => files.Any(f => c.StartsWith(f, StringComparison.Ordinal)));
        string[] clocks = ["DateTime.get_UtcNow", "DateTime.get_Now", "DateTimeOffset.get_UtcNow", "DateTimeOffset.get_Now", "TimeProvider.get_System"];
        Assert.Empty(MemberReferences("Gateway.Core", "Gateway.Core", "System").Intersect(clocks));
    }

    private static HashSet<string> NativeCalls(string project, string assembly)
    {
        using var file = new PEReader(File.OpenRead(Repository.Assembly(project, assembly)));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
                .Where(m => m.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                .Select(m => m.GetImport())
                .Select(i => $"{metadata.GetString(metadata.GetModuleReference(i.Module).Name)}!{metadata.GetString(i.Name)}"),
        ];
    }

    /// <summary>Names of the outermost types whose code has the token of a method in it.</summary>
    private static string[] TypesThatCall(string project, string assembly, string typeNamespace, string type, string method)
    {
        using var file = new PEReader(File.OpenRead(Repository.Assembly(project, assembly)));
        var metadata = file.GetMetadataReader();
        var tokens = metadata.MemberReferences.Where(handle => IsCalled(metadata.GetMemberReference(handle))).Select(handle => BitConverter.GetBytes(metadata.GetToken(handle))).ToList();
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
                .Where(m => m.RelativeVirtualAddress != 0 && tokens.Exists(t => file.GetMethodBody(m.RelativeVirtualAddress).GetILBytes().AsSpan().IndexOf(t) >= 0))
                .Select(m => Outermost(m.GetDeclaringType())).Distinct().Order(StringComparer.Ordinal),
        ];

        bool IsCalled(MemberReference member) =>
            member.Parent.Kind == HandleKind.TypeReference && metadata.GetString(member.Name) == method
            && metadata.GetTypeReference((TypeReferenceHandle)member.Parent) is var parent
            && metadata.GetString(parent.Name) == type && metadata.GetString(parent.Namespace) == typeNamespace;

        // What an asynchronous method does lies in a type of the compiler's within.
        string Outermost(TypeDefinitionHandle handle)
        {
            var definition = metadata.GetTypeDefinition(handle);
            return definition.GetDeclaringType() is { IsNil: false } outer ? Outermost(outer) : metadata.GetString(definition.Name);
        }
    }

    private static HashSet<string> MemberReferences(string project, string assembly, string typeNamespace)
    {
        using var file = new PEReader(File.OpenRead(Repository.Assembly(project, assembly)));
        var metadata = file.GetMetadataReader();
        HashSet<string> calls = [];
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
            {
                continue;
            }

            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            if (metadata.GetString(type.Namespace) == typeNamespace)
            {
                calls.Add($"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}");
            }
        }

        return calls;
    }
}
