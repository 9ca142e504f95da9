import CLibUV
import Glibc
import Resilience

/// Words of a file that several processes have mapped. Nobody waits for anybody: what is written is there for the others at once, and
/// stays when the process that wrote it dies.
///
/// As with every mapped file, a process ends by SIGBUS where somebody cuts the file off below it; nothing here does.
package final class MappedWords: PermitWords {
    private let memory: UnsafeMutableRawPointer
    private let count: Int

    /// Maps a file of so many words, and makes it (mode 0600, all words 0) if it is not there or is shorter.
    package init(path: String, count: Int) throws(UVError) {
        let bytes = count * MemoryLayout<UInt64>.size
        let fd = cuv_open_errno(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw UVError(code: fd, operation: "open \(path)") }
        defer { _ = cuv_close(fd) }
        let status = cuv_reach_errno(fd, Int64(bytes))
        guard status == 0 else { throw UVError(code: status, operation: "make room in \(path)") }
        guard let memory = cuv_map(fd, bytes) else { throw UVError(code: -errno, operation: "map \(path)") }
        self.memory = memory
        self.count = count
    }

    deinit { cuv_unmap(memory, count * MemoryLayout<UInt64>.size) }

    private func word(_ place: Int) -> UnsafeMutablePointer<UInt64> {
        precondition((0..<count).contains(place))
        return memory.assumingMemoryBound(to: UInt64.self) + place
    }

    package func load(_ place: Int) -> UInt64 { cuv_word_load(word(place)) }
    package func store(_ value: UInt64, at place: Int) { cuv_word_store(word(place), value) }
    package func exchange(_ expected: UInt64, for value: UInt64, at place: Int) -> Bool {
        cuv_word_exchange(word(place), expected, value) != 0
    }
}
