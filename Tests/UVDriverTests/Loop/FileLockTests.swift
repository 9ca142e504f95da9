import CLibUV
import Testing

@testable import UVDriver

@Suite("File lock", .timeLimit(.minutes(2)))
struct FileLockTests {
    /// A path of its own in a new directory, which is removed afterwards.
    private func withPath(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/file-lock-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let path = directory + "/lock"
        defer {
            unlink(path)
            rmdir(directory)
        }
        try body(path)
    }

    @Test("One holder at a time; releasing, or letting go of the lock, frees it")
    func exclusive() throws {
        try withPath { path in
            #expect(try FileLock.holder(of: path) == nil)
            let lock = try FileLock(path: path)
            #expect(try FileLock.holder(of: path) == getpid())
            let error = #expect(throws: UVError.self) { try FileLock(path: path) }
            #expect(error?.name == "EAGAIN")
            // Neither question loosened the lock.
            #expect(try FileLock.holder(of: path) == getpid())
            lock.release()
            lock.release()
            #expect(try FileLock.holder(of: path) == nil)
            do { _ = try FileLock(path: path) }
            #expect(try FileLock.holder(of: path) == nil)
        }
    }

    @Test("A directory, or a path that leads nowhere, is an error")
    func bad() throws {
        try withPath { path in
            #expect(throws: UVError.self) { try FileLock(path: "/tmp") }
            #expect(throws: UVError.self) { try FileLock(path: path + "/no/such") }
            let holder = try FileLock.holder(of: path + "/no/such")
            #expect(holder == nil)
        }
    }

    /// Perl, since a shell cannot take a record lock.
    static let perl = "/usr/bin/perl"

    @Test(
        "Another process's lock is seen with its pid, keeps this one out, and dies with it",
        .enabled(if: access(perl, X_OK) == 0))
    func otherProcess() throws {
        try withPath { path in
            let loop = try EventLoop()
            var isLocked = false
            var exit: ChildProcess.Exit?
            let script = """
                use Fcntl; open(F, '+>', $ARGV[0]) or die; open(R, '>&=3') or die;
                my $lock = pack('s s x4 q q i x4', F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die;
                syswrite(R, "locked\\n"); sleep 1000;
                """
            let child = try ChildProcess.spawn(
                loop: loop, ProcessLaunch(executable: FileLockTests.perl, arguments: ["-e", script, path])
            ) { line in
                isLocked = line == "locked"
            } onExit: {
                exit = $0
            }
            try loop.turn(until: { isLocked || exit != nil })
            #expect(isLocked)
            #expect(try FileLock.holder(of: path) == child.pid)
            #expect(throws: UVError.self) { try FileLock(path: path) }
            try child.kill(SIGKILL)
            try loop.turn(until: { exit != nil })
            #expect(try FileLock.holder(of: path) == nil)
            let lock = try FileLock(path: path)
            lock.release()
            loop.run()
            #expect(loop.close() == [])
        }
    }
}
