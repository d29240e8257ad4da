using System.Runtime.InteropServices;

namespace Gateway.Inspector.Confinement;

/// <summary>
/// The system calls that are left to a worker (seccomp(2), filter mode, on all threads): what a .NET process needs to compute, read and answer. Calls by which one reaches others
/// end the process; all the rest fail, as on a kernel that does not permit them.
/// </summary>
internal static unsafe class SystemCallFilter
{
    private const long Seccomp = 317;
    private const nuint SetModeFilter = 1;
    private const nuint OnAllThreads = 1;

    private const uint Allow = 0x7FFF0000;
    private const uint Kill = 0x80000000;
    private const uint Fail = 0x00050000;
    private const uint NotPermitted = Fail | 1;
    private const uint NotImplemented = Fail | 38;

    /// <summary>AUDIT_ARCH_X86_64, and the bit that marks calls of its x32 form.</summary>
    private const uint ThisArchitecture = 0xC000003E;
    private const uint OtherForm = 0x40000000;

    /// <summary>O_WRONLY, O_RDWR, O_CREAT, O_TRUNC and O_APPEND.</summary>
    private const uint AnyWriting = 0x1 | 0x2 | 0x40 | 0x200 | 0x400;

    private const uint CloneThread = 0x10000;
    private const uint SetThreadName = 15;

    /// <summary>Numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl).</summary>
    private static readonly uint[] Harmless =
    [
        0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 21, 24, 25, 27, 28, 35, 39, 60, 63, 72, 73, 77, 79, 89, 96, 97, 98, 99, 102, 104, 107, 108, 110, 131, 137, 138,
        143, 145, 146, 147, 158, 186, 202, 204, 217, 218, 219, 221, 228, 229, 230, 231, 239, 262, 267, 269, 271, 273, 274, 290, 293, 295, 309, 318, 319, 324, 332, 334, 439,
    ];

    /// <summary>
    /// Sockets; other processes; other programs; namespaces, mounts, modules, keys; io_uring, which does calls unseen. Nothing in the runtime makes any of them, so whoever does
    /// has taken the process over.
    /// </summary>
    private static readonly uint[] Treason =
    [
        41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 57, 58, 59, 62, 101, 105, 106, 126, 155, 161, 165, 166, 169, 175, 176, 246, 248, 249, 250, 272, 288, 298, 299, 304, 307, 308, 310,
        311, 313, 320, 321, 322, 323, 424, 425, 426, 427, 434, 438,
    ];

    /// <summary>True where the filter is known for the processor and the kernel takes filters.</summary>
    public static bool IsAvailable
    {
        get
        {
            var action = Allow;
            return RuntimeInformation.ProcessArchitecture == Architecture.X64 && Libc.Call(Seccomp, 2, 0, (nuint)(&action), 0) == 0;
        }
    }

    /// <summary>Puts the filter on every thread. New privileges were given up before. Throws where the kernel refuses.</summary>
    public static void Install()
    {
        var program = Program();
        fixed (Instruction* first = program)
        {
            var header = new ProgramHeader { Length = (ushort)program.Length, Instructions = first };
            // Above 0 it is the thread that could not be brought along.
            var thread = Libc.Checked(Libc.Call(Seccomp, SetModeFilter, OnAllThreads, (nuint)(&header), 0), "seccomp");
            if (thread > 0)
            {
                throw new InvalidOperationException("A thread has a filter of its own.");
            }
        }
    }

    private static Instruction[] Program()
    {
        List<Instruction> program = [Load(4), .. Unless(ThisArchitecture, Kill), Load(0), new(JumpIfAtLeast, OtherForm, 0, 1), Return(Kill)];
        foreach (var call in Harmless)
        {
            program.AddRange(When(call, [Return(Allow)]));
        }

        foreach (var call in Treason)
        {
            program.AddRange(When(call, [Return(Kill)]));
        }

        // open(2) and openat(2) to read; threads, no processes, and on which processors its own run; names of threads; signals to itself, by which the runtime stops threads.
        program.AddRange(When(2, [Load(Argument(1)), new(JumpIfAny, AnyWriting, 0, 1), Return(NotPermitted), Return(Allow)]));
        program.AddRange(When(257, [Load(Argument(2)), new(JumpIfAny, AnyWriting, 0, 1), Return(NotPermitted), Return(Allow)]));
        program.AddRange(When(56, [Load(Argument(0)), new(JumpIfAny, CloneThread, 0, 1), Return(Allow), Return(Kill)]));
        program.AddRange(When(203, [Load(Argument(0)), new(JumpIfEqual, 0, 0, 1), Return(Allow), Return(NotPermitted)]));
        program.AddRange(When(157, [Load(Argument(0)), new(JumpIfEqual, SetThreadName, 0, 1), Return(Allow), Return(NotPermitted)]));
        program.AddRange(When(234, [Load(Argument(0)), new(JumpIfEqual, (uint)Environment.ProcessId, 0, 1), Return(Allow), Return(Kill)]));
        // prlimit64(2) to ask, not to set: it reaches other processes of the same user.
        program.AddRange(When(302, [Load(Argument(2)), new(JumpIfEqual, 0, 0, 1), Return(Allow), Return(NotPermitted)]));
        // clone3(2) hides its flags behind a pointer; the C library then takes clone(2).
        program.AddRange(When(435, [Return(NotImplemented)]));
        return [.. program, Return(NotPermitted)];
    }

    /// <summary>Offset of an argument's lower half in struct seccomp_data.</summary>
    private static uint Argument(int number) => (uint)(16 + number * 8);

    private static Instruction Load(uint offset) => new(LoadWord, offset, 0, 0);

    private static Instruction Return(uint action) => new(ReturnValue, action, 0, 0);

    private static IEnumerable<Instruction> When(uint call, Instruction[] then) => [new(JumpIfEqual, call, 0, (byte)then.Length), .. then];

    private static IEnumerable<Instruction> Unless(uint value, uint action) => [new(JumpIfEqual, value, 1, 0), Return(action)];

    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAny = 0x45;
    private const ushort ReturnValue = 0x06;

    /// <summary>struct sock_filter, linux/filter.h.</summary>
    private readonly struct Instruction(ushort code, uint value, byte whenTrue, byte whenFalse)
    {
        public readonly ushort Code = code;
        public readonly byte WhenTrue = whenTrue;
        public readonly byte WhenFalse = whenFalse;
        public readonly uint Value = value;
    }

    /// <summary>struct sock_fprog, linux/filter.h.</summary>
    private struct ProgramHeader
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
