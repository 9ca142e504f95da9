import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("Process usage")
struct ProcessUsageTests {
    @Test("This process uses memory and time; a process that is not there has neither")
    func own() throws {
        let memory = try #require(ProcessUsage.memory(pid: getpid()))
        #expect(memory.resident > 1 << 20)
        if let proportional = memory.proportional { #expect(proportional > 0 && proportional <= memory.resident) }
        // At least two clock ticks, as the kernel counts them.
        let start = cuv_clock_process_cpu()
        while cuv_clock_process_cpu() - start < 50_000_000 {}
        #expect(try #require(ProcessUsage.processor(pid: getpid())) >= .milliseconds(20))
        #expect(ProcessUsage.processor(pid: -1) == nil && ProcessUsage.memory(pid: 0) == nil)
        #expect(ProcessUsage.processor(pid: .max) == nil && ProcessUsage.memory(pid: .max) == nil)
    }

    @Test("The kernel's summaries are read, and anything else refused")
    func parsing() {
        let rollup = "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:     2048 kB\nPss_Anon: 7 kB\nPss:   1024 kB\n"
        #expect(
            ProcessUsage.memory(parsingRollup: Array(rollup.utf8)) == .init(resident: 2 << 20, proportional: 1 << 20))
        #expect(ProcessUsage.memory(parsingRollup: Array("Rss: 4 kB".utf8)) == .init(resident: 4096, proportional: nil))
        for text in ["", "Rss:", "Rss: x kB", "Rss: 4 MB", "Pss: 4 kB", "Rss: 9223372036854775807 kB"] {
            #expect(ProcessUsage.memory(parsingRollup: Array(text.utf8)) == nil)
        }
        #expect(
            ProcessUsage.memory(parsingStatm: Array("9 3 1 0 0 0 0\n".utf8), pageSize: 4096)
                == .init(resident: 12_288, proportional: nil))
        for text in ["", "9", "9 x", "9 9223372036854775807"] {
            #expect(ProcessUsage.memory(parsingStatm: Array(text.utf8), pageSize: 4096) == nil)
        }
    }

    @Test("Clock ticks become time without overflow")
    func ticks() {
        #expect(ProcessUsage.time(ticks: UInt64(sysconf(Int32(_SC_CLK_TCK)))) == .seconds(1))
        #expect(ProcessUsage.time(ticks: 0) == .zero)
        #expect(ProcessUsage.time(ticks: .max) > .hours(1))
    }
}

@Suite("Process set-up")
struct ProcessSetupTests {
    @Test("This program's file is found and can be executed")
    func executable() {
        let path = ExecutablePath.current
        #expect(path.hasPrefix("/") && access(path, X_OK) == 0)
    }

    @Test("The limit of open files is never lowered")
    func openFiles() throws {
        let limit = try ProcessSetup.raiseOpenFiles(to: 0)
        #expect(limit > 0)
        #expect(try ProcessSetup.raiseOpenFiles(to: UInt64(limit) + 1) >= limit)
    }

    @Test("A write to a closed pipe is an error in place of death")
    func brokenPipe() throws {
        try ProcessSetup.ignoreBrokenPipes()
        let ends = try makePipe()
        close(ends.reading)
        #expect(write(ends.writing, "x", 1) == -1)
        close(ends.writing)
    }

    @Test("The timer slack can be set, also to nothing")
    func slack() throws {
        let thread = TestThread {
            #expect(throws: Never.self) { try ProcessSetup.setTimerSlack(.zero) }
            #expect(throws: Never.self) { try ProcessSetup.setTimerSlack(.microseconds(1)) }
        }
        thread.join()
    }
}
