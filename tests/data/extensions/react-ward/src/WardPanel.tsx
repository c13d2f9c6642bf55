import React, { lazy, Suspense, useEffect, useState } from 'react';
import { useSystem } from '@ohif/core';
import { Button, Icons } from '@ohif/ui-next';
import { useTranslation } from 'react-i18next';
import './ward.css';
import logo from './logo.svg';

const Later = lazy(() => import('./Later'));

export function WardPanel() {
  const { servicesManager, commandsManager } = useSystem();
  const { t } = useTranslation('Common');
  const [count, setCount] = useState(0);
  useEffect(() => {
    document.documentElement.dataset.wardEffects = String(count);
  }, [count]);
  const sets = servicesManager.services.displaySetService.getActiveDisplaySets().length;
  return (
    <section id="ward-panel">
      <img id="ward-logo" src={logo} alt={t('Close')} />
      <p id="ward-count">
        {count} of {sets} display sets
      </p>
      <Button id="ward-button" onClick={() => setCount(count + 1)}>
        <Icons.Add />
        Count
      </Button>
      <button id="ward-greet" onClick={() => commandsManager.runCommand('greetWard')}>
        Greet
      </button>
      <Suspense fallback="…">
        <Later />
      </Suspense>
    </section>
  );
}
