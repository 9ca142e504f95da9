import Foundation
import Glibc
import Testing

@testable import ControlPlane

@Suite("Files that people name") struct SystemFilePutTests {
    /// A directory of its own, gone afterwards.
    private func within(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "put-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func kind(_ path: String) -> mode_t {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : 0
    }

    @Test func aLinkStaysALink() throws {
        try within { folder in
            try SystemFile.put("\(folder)/file", Array("one".utf8))
            #expect(symlink("file", "\(folder)/link") == 0)
            try SystemFile.put("\(folder)/link", Array("two".utf8))
            #expect(kind("\(folder)/link") == S_IFLNK)
            #expect(try SystemFile.read("\(folder)/file") == Array("two".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["file", "link"])
        }
    }

    @Test func aPipeIsWrittenToAndStaysOne() throws {
        try within { folder in
            let pipe = "\(folder)/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            // Nobody reads.
            #expect(throws: FileFailure.self) { try SystemFile.put(pipe, [1, 2, 3]) }
            #expect(kind(pipe) == S_IFIFO)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK)
            defer { _ = close(reader) }
            try SystemFile.put(pipe, [1, 2, 3])
            var bytes = [UInt8](repeating: 0, count: 8)
            #expect(read(reader, &bytes, 8) == 3)
            #expect(Array(bytes.prefix(3)) == [1, 2, 3])
            #expect(kind(pipe) == S_IFIFO)
        }
    }

    @Test func aDirectoryIsRefused() throws {
        try within { folder in
            #expect(throws: FileFailure.self) { try SystemFile.put(folder, [1]) }
            #expect(kind(folder) == S_IFDIR)
        }
    }
}
