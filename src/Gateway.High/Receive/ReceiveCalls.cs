using System.Runtime.InteropServices;

namespace Gateway.High.Receive;

/// <summary>The one system call that the base library lacks: recvmmsg(2), which takes several datagrams at once and says how the kernel joined them. It receives; it cannot send.</summary>
internal static unsafe partial class ReceiveCalls
{
    /// <summary>Waits for the first message only (<c>MSG_WAITFORONE</c>).</summary>
    public const int WaitForOne = 0x10000;

    /// <summary>The message or its ancillary data were longer than their room (<c>MSG_TRUNC | MSG_CTRUNC</c>).</summary>
    public const int Cut = 0x20 | 0x08;

    public const int SolSocket = 1;
    public const int SolUdp = 17;

    /// <summary><c>SO_RCVBUFFORCE</c>: beyond <c>net.core.rmem_max</c>, with CAP_NET_ADMIN.</summary>
    public const int ReceiveBufferForce = 33;

    /// <summary><c>SO_RXQ_OVFL</c>: each message says how many the socket dropped before it.</summary>
    public const int ReceiveQueueOverflow = 40;

    /// <summary><c>UDP_GRO</c>: datagrams of a flow come joined, with their size beside them.</summary>
    public const int ReceiveOffload = 104;

    public const int Again = 11;
    public const int Interrupted = 4;
    public const int NotPermitted = 1;
    public const int NotImplemented = 38;

    /// <summary>Takes up to <paramref name="count"/> messages. Returns how many, or -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(SafeHandle socket, MultiMessage* messages, uint count, int flags, nint timeout);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MultiMessage
    {
        public MessageHeader Header;
        public uint Length;
    }

    /// <summary><c>struct cmsghdr</c>, with the number behind it that both options here bring.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlMessage
    {
        public nuint Length;
        public int Level;
        public int Type;
        public uint Value;
    }
}
