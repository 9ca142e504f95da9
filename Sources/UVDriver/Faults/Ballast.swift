import Glibc

/// Memory that a process holds for nothing, while a fault says so: pages that are really there, and that are given back whole.
final class Ballast {
    /// A budget may be larger than the machine: no more than this is really held.
    static let most = 256 << 20

    private var pages: UnsafeMutableRawPointer?
    /// Bytes that are held.
    private(set) var size = 0

    /// Holds so many bytes in place of what was held before; where the system has not so many, none.
    func hold(_ bytes: Int) {
        let wanted = min(max(bytes, 0), Self.most)
        guard wanted != size else { return }
        release()
        guard wanted > 0 else { return }
        let found = mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let found, found != MAP_FAILED else { return }
        // A page is there once it was written to.
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        for at in stride(from: 0, to: wanted, by: max(page, 1)) {
            found.storeBytes(of: 1, toByteOffset: at, as: UInt8.self)
        }
        (pages, size) = (found, wanted)
    }

    private func release() {
        if let pages { munmap(pages, size) }
        (pages, size) = (nil, 0)
    }

    deinit { release() }
}
