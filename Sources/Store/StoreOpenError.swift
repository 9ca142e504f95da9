import GRDB
import Glibc

/// Why a store could not be opened, and what to do about it. Nothing in the file was changed.
package struct StoreOpenError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The directory or file cannot be created, read or written.
        case unreachable
        /// The file is no SQLite database, or its pages contradict each other.
        case damaged
        /// A sound database that cellmesh did not make.
        case foreign
        /// Written by a release with another layout of the data.
        case dataVersion
        /// The store of a cell with another name.
        case otherCell
        /// Made for another number of cohorts than the placement table has.
        case otherPlacement
        /// No space left on the device.
        case full
    }
    package var code: Code
    package var path: String
    /// What was found, and what to do next.
    package var message: String

    package var description: String { "\(path): \(message)" }

    init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// Explains an error of SQLite that came up while opening `path`.
    /// - Parameter damaged: what to do where the file is damaged.
    init(
        _ error: any Error, path: String,
        damaged: String = "move it away and start again: the cell begins empty and is refilled from its peers"
    ) {
        let cause = "\((error as? DatabaseError)?.message ?? String(describing: error))"
        switch (error as? DatabaseError)?.resultCode {
        case .SQLITE_NOTADB?, .SQLITE_CORRUPT?:
            self.init(
                .damaged, path: path,
                "not a sound SQLite database (\(cause)); \(damaged)")
        case .SQLITE_FULL?:
            self.init(.full, path: path, "no space left on the device (\(cause)); free some space and start again")
        default:
            var facts = stat()
            if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
                self.init(.damaged, path: path, "it is a directory; \(damaged)")
                return
            }
            self.init(
                .unreachable, path: path,
                "cannot be opened (\(cause)); check that the directory exists and is writable by this user")
        }
    }
}

/// A failed access to an open store or journal. The transaction was rolled back: nothing was changed.
package struct StoreError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No space left on the device; works again when there is.
        case full
        /// Another process held the write lock for longer than the busy timeout.
        case busy
        /// The file cannot be read or written, or is damaged.
        case broken
    }
    package var code: Code
    package var message: String
    package var description: String { "store \(code.rawValue): \(message)" }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: any Error) {
        if let known = error as? StoreError {
            self = known
        } else if let error = error as? DatabaseError {
            let code: Code =
                switch error.resultCode {
                case .SQLITE_FULL: .full
                case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
                default: .broken
                }
            self.init(code, error.message ?? "SQLite result \(error.extendedResultCode.rawValue)")
        } else {
            self.init(.broken, String(describing: error))
        }
    }
}
