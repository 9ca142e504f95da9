/// Why a file could not be read.
package struct FileFailure: Error, Sendable, Equatable {
    package var code: ProblemCode
    package var message: String

    package init(code: ProblemCode, message: String) {
        self.code = code
        self.message = message
    }
}

/// Gives the text of the file at a path, or why there is none.
package typealias FileLoader = (String) -> Result<String, FileFailure>
