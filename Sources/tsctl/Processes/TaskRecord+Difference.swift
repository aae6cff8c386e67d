import TaskstatsClient

extension TaskRecord {
    /// What was counted since an earlier record of the same task, or since its beginning.
    ///
    /// What does not add up, like peaks and ids, stays as it is now. The longest and shortest waits are left out, as they
    /// may have been long ago.
    func since(_ earlier: TaskRecord?) -> TaskRecord {
        var difference = self
        difference.present = present.subtracting(FieldSet(group: .extreme))
        for field in present.intersection(Usage.added) {
            guard let now = self[field], let before = earlier?[field] else { continue }
            // Totals of delays begin again at 0 when they overflow.
            difference.set(field, to: now >= before ? now - before : now)
        }
        return difference
    }
}
