import Glibc
import Testing
import UVDriver

@testable import ControlPlane

@Suite("Mesh home")
struct MeshHomeTests {
    @Test("Without a name, the only mesh that runs is meant")
    func onlyRunning() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        let (blue, green) = (try scratch.mesh("blue"), try scratch.mesh("green"))
        #expect(throws: DataDirectoryError.noMesh(home: home.path)) { try home.resolve(nil) }
        #expect(throws: DataDirectoryError.several(["blue", "green"], running: false)) {
            try home.resolve(nil, needsControl: false)
        }

        let lock = try FileLock(path: green.lockPath)
        #expect(green.controlHolder == getpid())
        #expect(try home.resolve(nil) == green)
        #expect(home.running() == [green])
        let second = try FileLock(path: blue.lockPath)
        #expect(throws: DataDirectoryError.several(["blue", "green"], running: true)) { try home.resolve(nil) }
        #expect(try home.resolve("blue") == blue)
        lock.release()
        second.release()
        #expect(throws: DataDirectoryError.noMesh(home: home.path)) { try home.resolve(nil) }
    }

    @Test("A name that does not exist is answered with the nearest that does")
    func unknown() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        _ = try scratch.mesh("three-regions")
        let expected = DataDirectoryError.noSuchMesh("thre-regions", nearest: "three-regions", home: home.path)
        #expect(throws: expected) { try home.resolve("thre-regions") }
        #expect(expected.isNoSuchMesh && DataDirectoryError.noMesh(home: "x").isNoSuchMesh)
        #expect(!DataDirectoryError.several([], running: true).isNoSuchMesh)
    }

    @Test("Names that would lead elsewhere are refused", arguments: ["", "..", "a/b", "/etc", "A", "a b", "-x", "é"])
    func badNames(_ name: String) throws {
        let scratch = try Scratch()
        #expect(throws: DataDirectoryError.badName(name)) { try MeshHome(path: scratch.path).directory(name) }
    }

    @Test("Only data directories are meshes")
    func listing() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        _ = try scratch.mesh("one")
        try SystemFile.makeDirectory(scratch.path + "/empty")
        try SystemFile.replace(scratch.path + "/file", with: [])
        #expect(home.meshes().map(\.name) == ["one"])
        #expect(MeshHome(path: scratch.path + "/none").meshes() == [])
    }

    @Test("A home does not depend on the working directory")
    func absolute() {
        #expect(MeshHome.absolute("/a/b/") == "/a/b")
        #expect(MeshHome.absolute("a").hasPrefix("/") && MeshHome.absolute("a").hasSuffix("/a"))
    }

    @Test("What others can write into is not trusted")
    func trust() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        let mesh = try scratch.mesh("mine")
        #expect(try home.resolve("mine") == mesh)
        func isUntrusted(_ word: String) -> Bool {
            do { _ = try home.resolve("mine") } catch .untrusted(_, let reason) { return reason.contains(word) } catch {
            }
            return false
        }
        chmod(mesh.path, 0o777)
        #expect(isUntrusted("others may write"))
        chmod(mesh.path, 0o700)
        rename(mesh.path, mesh.path + "x")
        symlink(mesh.path + "x", mesh.path)
        #expect(isUntrusted("symbolic link"))
        unlink(mesh.path)
        rename(mesh.path + "x", mesh.path)
        // Only the superuser gives files away.
        if geteuid() == 0 {
            chown(mesh.path, 12_345, 12_345)
            #expect(isUntrusted("uid 12345"))
            chown(mesh.path, 0, 0)
        }
        #expect(try home.resolve("mine") == mesh)
    }

    @Test("Files of a mesh are read through no link and from no pipe")
    func ownFiles() throws {
        let scratch = try Scratch()
        let mesh = try scratch.mesh("mine")
        _ = try mesh.token()
        rename(mesh.tokenPath, scratch.path + "/elsewhere")
        symlink(scratch.path + "/elsewhere", mesh.tokenPath)
        #expect(throws: DataDirectoryError.self) { try mesh.token() }
        unlink(mesh.tokenPath)
        mkfifo(mesh.tokenPath, 0o600)
        #expect(throws: DataDirectoryError.self) { try mesh.token() }
    }

    @Test("A process file that names another program's process is not believed")
    func plantedProcess() throws {
        let scratch = try Scratch()
        let mesh = try scratch.mesh("mine")
        let folder = mesh.directory(of: .cell, "eu-1")
        try SystemFile.makeDirectory(folder)
        let sleeper = try Sleeper()
        defer { sleeper.end() }
        let identity = try #require(ProcessIdentity(pid: sleeper.pid))
        let file = """
            {"name":"eu-1","role":"cell","pid":\(identity.pid),"start_time":\(identity.startTime),"data":"","admin":"",\
            "gossip":"","version":1}
            """
        try SystemFile.replace(folder + "/process.json", with: Array(file.utf8))
        try #require(mesh.process(.cell, "eu-1")?.identity == identity, "the file is read")
        #expect(!mesh.hasProcesses)
        #expect(throws: MeshDown.Failure.notRunning(mesh: "mine")) { try MeshDown.run(mesh) }
        #expect(identity.isRunning, "nobody has signalled it")
    }

    @Test("A removed mesh leaves nothing, and follows no link out")
    func removal() throws {
        let scratch = try Scratch()
        let mesh = try scratch.mesh("mine")
        try SystemFile.makeDirectory(mesh.path + "/cells/eu-1")
        try SystemFile.replace(mesh.path + "/cells/eu-1/store.sqlite", with: [1])
        let outside = scratch.path + "/outside"
        try SystemFile.makeDirectory(outside)
        try SystemFile.replace(outside + "/precious", with: [1])
        symlink(outside, mesh.path + "/cells/link")
        try mesh.remove()
        #expect(!SystemFile.exists(mesh.path))
        #expect(SystemFile.exists(outside + "/precious"))
    }

}

/// A process of another program.
private final class Sleeper {
    let pid: Int32

    init() throws {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
        defer { for argument in arguments { free(argument) } }
        guard posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, nil) == 0 else { throw Refused() }
        pid = child
    }

    func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    private struct Refused: Error {}
}
