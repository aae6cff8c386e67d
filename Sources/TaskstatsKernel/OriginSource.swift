import TaskstatsModel

/// What knows the origin of processes, as an input to the records of their exits.
package protocol OriginSource: AnyObject {
    /// Called after exit records were received, before the first of them is delivered.
    func catchUp()
    /// Returns the origin of the process of a record; nil if nothing is known.
    func origin(of record: borrowing ExitRecord) -> ProcessOrigin?
}
