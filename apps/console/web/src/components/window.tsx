import { type ReactNode, useId } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

/**
 * A window before the page, which keeps the focus and gives it back.
 *
 * @param onClose also for the Escape key; without it the window stays until the page takes it away
 */
export function Window({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose?: (() => unknown) | undefined;
  children: ReactNode;
}) {
  const heading = useId();
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isKeyboardDismissDisabled={!onClose}
      onOpenChange={(isOpen) => {
        if (!isOpen) void onClose?.();
      }}
    >
      <Modal className="window">
        <Dialog aria-labelledby={heading}>
          <Heading slot="title" level={2} id={heading}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
